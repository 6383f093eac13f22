"""Workers stopped and continued, ended, reloaded, restarted: nothing old is believed, nothing lost.

A worker that is stopped keeps what it had begun. Who had reached it waits until it continues; if
it was saving something it keeps the storage's lock, and all others who save wait as well. So nobody
is demanded to be quick meanwhile, only that the others went on saving in some of the stops. It is
stopped for less than ``timeout``, after which its master would replace it.
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

from soak.deployment import Deployment, deployed
from soak.load import loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Person, is_active
from soak.processes import stopped, wait_for, workers
from soak.verify import verify

GRACE = 30  # graceful_timeout in deploy/
STOPPED, SHORTLY = 3.0, 1.0  # seconds
BETWEEN = 1.0  # seconds, in which what has waited is answered
DOCUMENT = {"redirect_uris": ["https://rp.example/x"]}


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """What is remembered over a stop, while nothing else happens; then each signal, under load."""
    outcome = Outcome()
    with deployed(storage, directory, workers_wanted=scale.workers, people=scale.people) as place:
        person = Person(place, place.usernames.pop())
        place.complete()
        for pid in workers(place.pid()):
            _remembered(outcome, person, pid)
        with loaded(place, scale.rate / 2) as load:
            saved = [_stop(outcome, place, scale) for _ in range(scale.times + 1)]
            drains = [_each(outcome, place, scale) for _ in range(scale.times)]
        lost, seen = verify(place)
        outcome.broken += load.broken + place.wrong + place.unexpected() + lost
        outcome.demand(any(saved), "whenever a worker was stopped, nobody else saved anything")
        outcome.figures = {
            "stops": len(saved),
            "saved by others meanwhile": saved,
            "no answer": place.answers[0],
            "503": place.answers[503],
            "lost": len(lost),
            **{name: [round(each[name], 1) for each in drains] for name in drains[0]},
            **seen,
            **load.figures(),
        }
    return outcome


def _remembered(outcome: Outcome, person: Person, pid: int) -> None:
    """A worker has said that a family is active; while it is stopped another ends the family; who
    asks it then, with nobody else to answer, is told so."""
    place, client = person.place, person.place.clients[0]
    others = [one for one in workers(place.pid()) if one != pid]
    family = person.flow(client)
    with stopped(*others):
        outcome.demand(is_active(place, client, family.refresh), "a new family is not active")
        person.userinfo(family)
    with stopped(pid):
        person.revoke(family)
    with stopped(*others):
        outcome.demand(not is_active(place, client, family.refresh), "a stopped worker believes")
        headers = {"Authorization": f"Bearer {family.access}"}
        status = place.ask("GET", "/userinfo", headers=headers).status
        outcome.demand(status == 401, f"UserInfo of a stopped worker: {status}")


def _stop(outcome: Outcome, place: Deployment, scale: Scale) -> int:
    """How much the others have saved while one was stopped; then all of them do so again."""
    seconds = SHORTLY if scale.name == "short" else STOPPED
    before, saved = set(workers(place.pid())), 0
    with stopped(random.choice(list(before))):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            saved += _saves(place, left)
            time.sleep(0.05)
    back = wait_for(lambda: _saves(place, scale.back_within), scale.back_within)
    outcome.demand(back, f"no service {scale.back_within} s after a worker has continued")
    time.sleep(BETWEEN)
    outcome.demand(set(workers(place.pid())) == before, "a worker that was stopped was replaced")
    return saved


def _saves(place: Deployment, seconds: float) -> bool:
    """A registration: one commit."""
    return place.ask("POST", "/clients", document=DOCUMENT, timeout=seconds).status == 201


def _each(outcome: Outcome, place: Deployment, scale: Scale) -> dict[str, float]:
    """One worker is told to end, all of them are replaced, everything ends and begins anew. The
    seconds until what had begun was done."""
    one = [random.choice(workers(place.pid()))]
    spent = {
        "a worker ended after s": _replaced(outcome, place, one, one[0], signal.SIGTERM),
        "reloaded after s": _replaced(
            outcome, place, workers(place.pid()), place.pid(), signal.SIGHUP
        ),
    }
    began = time.monotonic()
    place.stop()
    spent["all ended after s"] = time.monotonic() - began
    code = place.master.returncode if place.master else None
    outcome.demand(code == 0, f"told to end, it ended with {code}")
    outcome.demand(spent["all ended after s"] <= GRACE, f"it ended after {spent}")
    spent["back after s"] = place.ready()
    outcome.demand(spent["back after s"] <= scale.back_within, f"it came back after {spent}")
    place.complete()
    return spent


def _replaced(
    outcome: Outcome, place: Deployment, old: list[int], told: int, sent: signal.Signals
) -> float:
    """Others take their place, and nobody notices: what has begun is answered."""
    unanswered, began = place.answers[0], time.monotonic()
    os.kill(told, sent)
    gone = wait_for(lambda: not set(old) & set(workers(place.pid())), GRACE)
    outcome.demand(gone, f"after {sent.name} still there")
    spent = time.monotonic() - began
    place.complete()
    time.sleep(BETWEEN)
    unanswered = place.answers[0] - unanswered
    outcome.demand(not unanswered, f"after {sent.name} {unanswered} requests had no answer")
    return spent


SCENARIO = Scenario(
    "signals", "Workers stopped and told to end", ("sqlite", "postgresql", "zeo"), run
)
