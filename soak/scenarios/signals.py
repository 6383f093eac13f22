"""Workers stopped and continued, ended, reloaded, restarted: nothing old is believed, nothing lost.

A worker that is stopped keeps what it had begun. Who had reached it waits until it continues; if
it was saving something it keeps the storage's lock, and all others who save wait as well. So nobody
is demanded to be quick meanwhile, only that the others went on saving in some of the stops. It is
stopped for less than ``timeout``, after which its master would replace it. Not on FileStorage, where
nobody is there while the one worker is stopped, and none can take its place before it has ended.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
            saved = [_stop(outcome, place, scale) for _ in range(scale.times + 2)]
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
    one, master = random.choice(workers(place.pid())), place.pid()
    ended = _replaced(outcome, place, scale, [one], one, signal.SIGTERM)
    reloaded = _replaced(outcome, place, scale, workers(master), master, signal.SIGHUP)
    drained = _drained(outcome, place)
    back = place.ready()
    outcome.demand(back <= scale.back_within, f"back after {back:.1f} s")
    place.complete()
    return {
        "a worker ended after s": ended,
        "all were replaced after s": reloaded,
        "the master ended after s": drained,
        "back after s": back,
    }


def _replaced(
    outcome: Outcome,
    place: Deployment,
    scale: Scale,
    old: list[int],
    told: int,
    sent: signal.Signals,
) -> float:
    """Others take their place, and none of many who ask without a pause is without an answer."""
    with _asking(place, scale.parallel) as answers:
        time.sleep(BETWEEN)
        began = time.monotonic()
        os.kill(told, sent)
        gone = wait_for(lambda: not set(old) & set(workers(place.pid())), GRACE)
        spent = time.monotonic() - began
        place.complete()
    outcome.demand(gone, f"{GRACE} s after {sent.name} still there")
    outcome.demand(set(answers) == {200}, f"after {sent.name}: {dict(answers)}")
    return spent


@contextmanager
def _asking(place: Deployment, number: int) -> Iterator[Counter[int]]:
    """How they were answered: no connection is kept, so that a new one is there at any moment."""
    answers, over = Counter[int](), threading.Event()

    def ask(_number: int) -> None:
        while not over.is_set():
            answers[place.ask("GET", "/account/login").status] += 1

    with ThreadPoolExecutor(number) as pool:
        asking = [pool.submit(ask, each) for each in range(number)]
        try:
            yield answers
        finally:
            over.set()
    for one in asking:
        one.result()


def _drained(outcome: Outcome, place: Deployment) -> float:
    """All of it ends, as it was asked to; the command of the unit in deploy/ starts it again."""
    began, master = time.monotonic(), place.master
    place.stop()
    spent = time.monotonic() - began
    code = master.returncode if master else None
    outcome.demand(code == 0, f"told to end, the master ended with {code}")
    outcome.demand(spent <= GRACE, f"the master ended after {spent:.1f} s")
    return spent


SCENARIO = Scenario(
    "signals", "Workers stopped and told to end", ("sqlite", "postgresql", "zeo"), run
)
