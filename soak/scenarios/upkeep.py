"""The sweep and the pack under load: nobody waits longer than two seconds, nothing living goes."""

from __future__ import annotations

import re
import time
from pathlib import Path

from soak.deployment import Deployment, deployed
from soak.load import MIX, loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Person
from soak.processes import wait_for
from soak.verify import verify

STALL = 2.0
LIFETIME = 1  # of an assertion; it is good, and kept, for ten seconds more
UNTIL_REMOVED = 30.0  # these, a walk through all shards, and patience; at most
BY_ITSELF = ("sqlite", "file")  # the running server packs these
BRIEF = MIX | {"client_credentials": 40}
PACKED = re.compile(r"packed in ([\d.]+) s")
REMOVED = re.compile(r" removed (.*)$", re.MULTILINE)


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """Assertions of seconds, so that there is something to remove, and packs meanwhile."""
    outcome, every = Outcome(), scale.pack_every
    settings = {
        "oidc.sweep_interval": "1s",
        "oidc.sweep_batch": "50",
        "oidc.pack_interval": f"{every}s",
    }
    with deployed(
        storage,
        directory,
        workers_wanted=scale.workers,
        people=scale.people,
        settings=settings,
        lifetime=LIFETIME,
    ) as place:
        _leave_something(place)
        with loaded(place, scale.rate / 2, mix=BRIEF) as load:
            packs = _packs(place, storage, scale.seconds, every)
        packs += [float(spent) for spent in PACKED.findall(place.log.read_text())]
        wait_for(lambda: _removed(place), UNTIL_REMOVED)
        removed = _removed(place)
        lost, seen = verify(place)
        stall = load.longest()
        outcome.broken += load.broken + place.wrong + place.unexpected() + lost
        load.steady(outcome, scale)
        allowed = 4 * STALL if scale.name == "short" else STALL
        outcome.demand(stall <= allowed, f"somebody waited {stall:.1f} s")
        outcome.demand(packs, "nothing was packed")
        outcome.demand(removed, "nothing was removed")
        outcome.figures = {
            "packs": len(packs),
            "a pack took at most s": round(max(packs, default=0.0), 2),
            "removed by the sweep": removed,
            "lost": len(lost),
            **seen,
            **load.figures(),
        }
    return outcome


def _leave_something(place: Deployment) -> None:
    """An assertion of each service, that expires soon: a short load may have none."""
    nobody = Person(place, "nobody")
    for service in place.services:
        service.work(nobody.patiently)


def _packs(place: Deployment, storage: str, seconds: float, every: int) -> list[float]:
    """Wait; and where the server does not pack by itself, do it as a timer would."""
    packs = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        if storage not in BY_ITSELF:
            place.command("pack")
            packs.append(time.monotonic() - began)
        time.sleep(max(0.0, min(began + every, until) - time.monotonic()))
    return packs


def _removed(place: Deployment) -> int:
    """By the sweep, as its log says."""
    found = REMOVED.findall(place.log.read_text())
    return sum(int(number) for line in found for number in re.findall(r"\d+", line))


SCENARIO = Scenario(
    "upkeep", "Sweep and pack under load", ("sqlite", "postgresql", "zeo", "file"), run
)
