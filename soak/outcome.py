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
    rate: float  # arrivals a second
    seconds: float  # of load, where nothing else says how long
    people: int
    kills: int
    pause: tuple[float, float]  # seconds between kills
    tokens: int  # codes, and as many refresh tokens
    parallel: int
    rounds: int  # of each way in which things end
    lanes: int  # how many of these rounds run at once
    times: int  # how often a disk is filled, a storage goes away
    pack_every: int  # seconds
    keys: int  # how many follow each other
    workers: int
    back_within: float = 5.0
    turned_away: float = 0.01  # the share of arrivals for which nobody may be free, without a fault


SHORT = Scale(
    "short",
    rate=15,
    seconds=4,
    people=12,
    kills=3,
    pause=(0.3, 1.0),
    tokens=6,
    parallel=10,
    rounds=4,
    lanes=2,
    times=1,
    pack_every=1,
    keys=3,
    workers=2,
    back_within=20,
    turned_away=0.1,
)
LONG = Scale(
    "long",
    rate=20,
    seconds=20,
    people=30,
    kills=15,
    pause=(0.5, 2.0),
    tokens=20,
    parallel=50,
    rounds=20,
    lanes=4,
    times=4,
    pack_every=5,
    keys=4,
    workers=4,
)
FULL = Scale(
    "full",
    rate=20,
    seconds=75,
    people=60,
    kills=100,
    pause=(0.3, 1.7),
    tokens=200,
    parallel=50,
    rounds=250,
    lanes=6,
    times=6,
    pack_every=10,
    keys=4,
    workers=4,
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
