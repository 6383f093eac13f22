"""Rival writes: rare in the mixed load, and in a storm on one person and one client a 503 at worst."""

from __future__ import annotations

import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from soak.deployment import Deployment, deployed
from soak.load import loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Broken, Person, Unanswered
from soak.verify import examined, verify

MOST = 0.01
SERVED = 0.99  # of the storm; the short form, on a machine that is busy, has somebody served
ENOUGH = 10


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """First the mixed load, then the storm."""
    outcome = Outcome()
    with deployed(storage, directory, workers_wanted=scale.workers, people=scale.people) as place:
        first = Person(place, place.usernames.pop())  # whose password the load does not change
        with loaded(place, scale.rate) as load:
            time.sleep(scale.seconds)
        effects, retries = sum(place.ledger.done_counts.values()), place.conflicts()
        lost, _ = verify(place)
        outcome.broken += load.broken + place.wrong + lost
        load.steady(outcome, scale)
        allowed = _allowed(effects)
        outcome.demand(retries <= allowed, f"{retries} conflicts in {effects} commits")
        storm = _storm(outcome, place, scale, first)
        outcome.broken += examined(place)
        outcome.broken += place.unexpected()
    outcome.figures = {
        "commits": effects,
        "conflicts": retries,
        "percent": round(100 * retries / max(1, effects), 2),
        "storm": storm,
        **load.figures(),
    }
    return outcome


def _allowed(commits: int) -> int:
    """One in a hundred. A sample that is too small to tell may have three deviations more, or
    chance would fail it; where ten are expected, it is the share itself."""
    expected = commits * MOST
    return int(expected) if expected >= ENOUGH else math.ceil(expected + 3 * math.sqrt(expected))


def _storm(outcome: Outcome, place: Deployment, scale: Scale, first: Person) -> dict[str, object]:
    """Everybody is one person at one browser, at one client, signing in and getting tokens."""
    client, before = place.clients[0], place.conflicts()
    first.flow(client)
    said: Counter[str] = Counter()

    def walk(_number: int) -> None:
        person = Person(place, first.username, first.password)
        person.jar = first.jar
        try:
            person.flow(client)
            Person(place, first.username, first.password).flow(client)
            said["served"] += 1
        except Unanswered:
            said["503"] += 1
        except Broken as error:
            outcome.broken.append(f"storm: {error}")

    walks = scale.parallel * 2
    with ThreadPoolExecutor(scale.parallel) as pool:
        list(pool.map(walk, range(walks)))
    enough = 1 if scale.name == "short" else SERVED * walks
    outcome.demand(said["served"] >= enough, f"storm: {dict(said)} of {walks}")
    return {
        "walks": walks,
        **said,
        "retries": place.conflicts() - before,
        "busy answers": place.answers[503],
    }


SCENARIO = Scenario(
    "conflicts", "Conflicts in the mix, and a storm", ("sqlite", "postgresql", "zeo", "file"), run
)
