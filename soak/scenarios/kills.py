"""kill -9 of a random worker, and of all of them: nothing acknowledged is lost."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from soak.deployment import Deployment, deployed
from soak.load import Load, loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.verify import verify


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """Each third kill takes everything down; then the same command is given again."""
    outcome = Outcome()
    with deployed(storage, directory, workers_wanted=scale.workers, people=scale.people) as place:
        with loaded(place, scale.rate) as load:
            strikes = [_strike(place, number, scale) for number in range(scale.kills)]
            time.sleep(1)
        _report(outcome, place, load, strikes, scale)
    return outcome


@dataclass(frozen=True)
class Strike:
    """The seconds until the provider answers again, and until all its workers are there."""

    everything: bool
    back: float
    complete: float | None


def _strike(place: Deployment, number: int, scale: Scale) -> Strike:
    """Kill in the middle of the work: two of three times a worker, then everything. After every
    third nobody waits for the new workers, so that the next kill may meet them as they start."""
    time.sleep(random.uniform(*scale.pause))
    everything = number % 3 == 2
    if everything:
        place.kill_all()
    else:
        place.kill_one()
    back = place.ready()
    return Strike(everything, back, None if number % 3 == 1 else back + place.complete())


def _report(
    outcome: Outcome, place: Deployment, load: Load, strikes: list[Strike], scale: Scale
) -> None:
    backs = [strike.back for strike in strikes]
    replaced = [s.complete for s in strikes if s.complete is not None and not s.everything]
    lost, seen = verify(place)
    outcome.broken += load.broken + place.wrong + place.unexpected() + lost
    outcome.demand(max(backs) <= scale.back_within, f"back after {max(backs):.1f} s")
    outcome.figures = {
        "kills": len(strikes),
        "of everything": sum(strike.everything for strike in strikes),
        "started again": place.restarts,
        "back after s (median, at most)": _two(backs),
        "back after all was killed s": _two([s.back for s in strikes if s.everything]),
        "a worker replaced after s": _two(replaced),
        "lost": len(lost),
        **seen,
        **load.figures(),
    }


def _two(times: list[float]) -> list[float]:
    return [round(statistics.median(times), 2), round(max(times), 2)] if times else []


SCENARIO = Scenario(
    "kills",
    "kill -9 of a random worker and of all",
    ("sqlite", "postgresql", "zeo", "file"),
    run,
)
