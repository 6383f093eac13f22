"""The disk is full: 503 for what must be saved, reads go on, and it recovers without a restart.

A FileStorage whose commit the disk did not take ends its process by design
(docs/explanation/storage.md); there the supervisor starts it anew.
"""

from __future__ import annotations

import time
from pathlib import Path

from soak.deployment import Deployment, deployed
from soak.disk import full, small_disk
from soak.load import CALM, loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Family, Person
from soak.processes import wait_for, workers
from soak.verify import verify
from soak.web import Answer

WAIT = 20
FULL_FOR, SHORTLY = 2.0, 0.5  # seconds, under load
ROUNDS = 5
BETWEEN = 2.0  # seconds, in which whoever was refused comes again: or the load gives up for good


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """Under load, again and again."""
    outcome = Outcome()
    disk = directory / "disk"
    with (
        small_disk(disk) as mounted,
        deployed(storage, directory, workers_wanted=scale.workers, disk=disk) as place,
    ):
        with loaded(place, scale.rate / 2, mix=CALM) as load:
            times = [
                _full_once(outcome, place, disk, mounted, scale) for _ in range(2 * scale.times)
            ]
        backs, rounds = zip(*times, strict=True)
        lost, seen = verify(place)
        outcome.broken += load.broken + place.wrong + place.unexpected() + lost
        outcome.figures = {
            "times": len(backs),
            "by": "tmpfs" if mounted else "RLIMIT_FSIZE",
            "back after at most s": round(max(backs), 2),
            "read, and refused to write, while it was full": sum(rounds),
            "503": place.answers[503],
            "lost": len(lost),
            **seen,
            **load.figures(),
        }
    return outcome


def _full_once(
    outcome: Outcome, place: Deployment, disk: Path, mounted: bool, scale: Scale
) -> tuple[float, int]:
    """The seconds from when there is room again until something is saved; and how often it was
    read and refused to write before."""
    person = Person(place, place.usernames[0])
    family = person.flow(place.clients[0])
    before = set(workers(place.pid()))
    time.sleep(0.0 if scale.name == "short" else BETWEEN)
    with full(disk, place, mounted=mounted):
        refused = wait_for(lambda: _writes(place).busy, WAIT)
        outcome.demand(
            refused, f"a write is answered {_writes(place).status} when the disk is full"
        )
        rounds = _meanwhile(outcome, person, family, SHORTLY if scale.name == "short" else FULL_FOR)
    began = time.monotonic()
    outcome.demand(wait_for(lambda: _writes(place).status == 201, WAIT), "it does not recover")
    spent = time.monotonic() - began
    if place.storage.several:
        outcome.demand(set(workers(place.pid())) == before, "a worker was started anew")
    return spent, rounds


def _meanwhile(outcome: Outcome, person: Person, family: Family, seconds: float) -> int:
    """As long as the disk is full, under load: how many times something was read, and a write was
    refused. A FileStorage's process may be away when it is asked to write: it has ended."""
    place, until = person.place, time.monotonic() + seconds
    rounds = refused = 0
    while rounds < ROUNDS or time.monotonic() < until:
        person.userinfo(family)
        keys = person.patiently(lambda: place.ask("GET", "/jwks"))
        outcome.demand(keys.status == 200, f"the keys are not to be had: {keys.status}")
        saved = _writes(place)
        expected = saved.busy if place.storage.several else saved.again
        outcome.demand(expected, f"a write was answered {saved.status}: {saved.body[:80]!r}")
        rounds, refused = rounds + 1, refused + saved.busy
    outcome.demand(refused, f"none of {rounds} writes was answered 503")
    return rounds


def _writes(place: Deployment) -> Answer:
    """A registration: one commit."""
    return place.ask("POST", "/clients", document={"redirect_uris": ["https://rp.example/x"]})


SCENARIO = Scenario("full_disk", "A full disk", ("sqlite", "zeo", "file"), run)
