"""The storage's server stops and comes back: 503, then service, and nothing old is believed."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from pathlib import Path

from soak.deployment import Deployment, deployed
from soak.load import CALM, loaded
from soak.operator import operator
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Family, Person
from soak.processes import wait_for
from soak.verify import verify

ASKED = 20


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """Asked to stop, and killed, in turn."""
    outcome = Outcome()
    with deployed(storage, directory, workers_wanted=scale.workers) as place:
        place.lenient = True
        with loaded(place, scale.rate, mix=CALM) as load:
            time.sleep(2)
            backs = [_away(outcome, place, number, scale) for number in range(scale.times)]
            time.sleep(1)
        stale = _stale(outcome, place)
        lost, seen = verify(place)
        outcome.broken += load.broken + place.wrong + place.unexpected() + lost
        outcome.demand(max(backs) <= scale.back_within, f"back after {max(backs):.1f} s")
        outcome.figures = {
            "times": len(backs),
            "back after at most s": round(max(backs), 2),
            "503": place.answers[503],
            "lost": len(lost),
            "stale": stale,
            **seen,
            **load.figures(),
        }
    return outcome


def _away(outcome: Outcome, place: Deployment, number: int, scale: Scale) -> float:
    """Stop it, ask meanwhile, start it; the seconds from then until something is written again."""
    place.storage.stop(signal.SIGKILL if number % 2 else signal.SIGINT)
    began = time.monotonic()
    answer = place.ask("POST", "/clients", document={"redirect_uris": ["https://rp.example/x"]})
    waited = time.monotonic() - began
    outcome.demand(answer.busy, f"without storage: {answer.status} {answer.body[:100]!r}")
    outcome.demand(waited < 2 * scale.back_within, f"the 503 took {waited:.1f} s")
    time.sleep(1)
    place.storage.start()
    began = time.monotonic()
    outcome.demand(_registers(place), "no service after the storage came back")
    return time.monotonic() - began


def _registers(place: Deployment) -> bool:
    document = {"redirect_uris": ["https://rp.example/x"]}
    return wait_for(lambda: place.ask("POST", "/clients", document=document).status == 201, 60)


def _stale(outcome: Outcome, place: Deployment) -> int:
    """All workers know the family; the storage goes and comes; somebody else ends it; who asks
    then is told so by every worker."""
    person = Person(place, place.usernames[1])
    family = person.flow(place.clients[0])
    before = _ask_all(place, family)
    outcome.demand(before == Said(ASKED, ASKED), f"before the storage went: {before}")
    place.storage.stop()
    place.storage.start()
    with operator(place) as operate:
        place.ledger.sent("disabled", user=person.username)
        operate.do("user", "disable", person.username)
        place.ledger.done("disabled", user=person.username)
    after = _ask_all(place, family)
    outcome.demand(after == Said(ASKED, 0), f"after it came back: {after}")
    return after.active


@dataclass(frozen=True)
class Said:
    """How many introspections were answered, and how many of these said that it is active."""

    answered: int
    active: int


def _ask_all(place: Deployment, family: Family) -> Said:
    """So many questions that each worker gets some. Nobody's answer proves nothing: who demands
    that none is stale demands that they came."""
    answered, active = 0, 0
    until = time.monotonic() + 30
    while answered < ASKED and time.monotonic() < until:
        fields = {"token": family.refresh}
        answer = place.ask("POST", "/introspect", fields, headers=family.client.basic)
        if answer.status == 200:
            answered += 1
            active += answer.json["active"]
        else:
            time.sleep(0.1)
    return Said(answered, active)


SCENARIO = Scenario(
    "storage_gone",
    "PostgreSQL and ZEO stopped, killed and started",
    ("postgresql", "zeo"),
    run,
)
