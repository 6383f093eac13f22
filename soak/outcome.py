"""What a scenario is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Scale:
    """How much of it: the tests' seconds, or the soak's minutes."""

    name: str
    rate: float
    seconds: float
    kills: int
    tokens: int
    parallel: int
    rounds: int
    workers: int
    back_within: float = 5.0


SHORT = Scale(
    "short", rate=15, seconds=4, kills=3, tokens=6, parallel=10, rounds=4, workers=2, back_within=20
)
LONG = Scale("long", rate=20, seconds=15, kills=15, tokens=20, parallel=50, rounds=10, workers=4)
FULL = Scale(
    "full", rate=25, seconds=300, kills=100, tokens=200, parallel=50, rounds=1000, workers=4
)
SCALES = {scale.name: scale for scale in (SHORT, LONG, FULL)}


@dataclass
class Outcome:
    """``broken`` is empty when all that the scenario demands came true."""

    broken: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def demand(self, true: object, sentence: str) -> None:
        """One of the things that must hold."""
        if not true:
            self.broken.append(sentence)


@dataclass(frozen=True)
class Scenario:
    """A file in ``scenarios/``."""

    name: str
    title: str
    storages: tuple[str, ...]
    run: Callable[[str, Path, Scale], Outcome]
