"""kill -9 of a random worker, and of all of them: nothing acknowledged is lost."""

from __future__ import annotations

import random
import time
from pathlib import Path

from soak.deployment import Deployment, deployed
from soak.load import Load, loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.verify import verify


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """Each third kill takes everything down; then the same command is given again."""
    outcome = Outcome()
    with deployed(storage, directory, workers_wanted=scale.workers) as place:
        with loaded(place, scale.rate) as load:
            backs = [_strike(place, number) for number in range(scale.kills)]
            time.sleep(1)
        _report(outcome, place, load, backs, scale)
    return outcome


def _strike(place: Deployment, number: int) -> float:
    """Kill in the middle of the work; the seconds until the provider answers again."""
    time.sleep(random.uniform(0.3, 1.0))
    if number % 3 == 2:
        place.kill_all()
    else:
        place.kill_one(number)
    return place.ready()


def _report(
    outcome: Outcome, place: Deployment, load: Load, backs: list[float], scale: Scale
) -> None:
    lost, seen = verify(place)
    outcome.broken += load.broken + place.wrong + place.unexpected() + lost
    outcome.demand(max(backs) <= scale.back_within, f"back after {max(backs):.1f} s")
    outcome.figures = {
        "kills": len(backs),
        "started again": place.restarts,
        "back after at most s": round(max(backs), 2),
        "lost": len(lost),
        **seen,
        **load.figures(),
    }


SCENARIO = Scenario(
    "kills",
    "kill -9 of a random worker and of all",
    ("sqlite", "postgresql", "zeo", "file"),
    run,
)
