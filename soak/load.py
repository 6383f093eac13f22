"""An open-loop load: it arrives at its rate whether or not the provider keeps up."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from soak.deployment import Deployment
from soak.outcome import Outcome, Scale
from soak.person import Broken, Person, Unanswered

MIX = {
    "flow": 38,
    "refresh": 25,
    "introspect": 12,
    "userinfo": 8,
    "client_credentials": 5,
    "sign_out": 3,
    "wrong_password": 3,
    "revoke": 2,
    "change_password": 2,
    "withdraw": 1,
    "register_and_delete": 1,
}
CALM = {name: MIX[name] for name in ("flow", "refresh", "introspect", "userinfo", "revoke")}
FEW, MANY = 2, 12


class Load:
    """Runs in threads until it is stopped; ``broken`` are the sentences that must not be."""

    def __init__(
        self, place: Deployment, rate: float, *, mix: dict[str, int] | None = None, seed: int = 1
    ) -> None:
        self.place = place
        self.people = [Person(place, name) for name in place.usernames]
        self.broken: list[str] = []
        self.done: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.arrived = 0
        self.late = 0  # of these, how many found nobody free
        self.times: list[tuple[float, float]] = []
        self._rate = rate
        self._mix = mix or MIX
        self._random = random.Random(seed)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._arrive, daemon=True)

    def start(self) -> None:
        """Begin to arrive."""
        self._thread.start()

    def stop(self) -> None:
        """No more arrivals; what has begun is finished."""
        self._stopped.set()
        self._thread.join()

    def _arrive(self) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(len(self.people)) as pool:
            while not self._stopped.is_set():
                due = began + self.arrived / self._rate
                self.arrived += 1
                self._stopped.wait(max(0.0, due - time.monotonic()))
                person = self._free()
                if person is None:
                    self.late += 1
                else:
                    pool.submit(self._act, person, self._what(person), due)

    def _free(self) -> Person | None:
        """Somebody who has nothing to do; they are taken."""
        for person in self._random.sample(self.people, len(self.people)):
            if person.busy.acquire(blocking=False):
                return person
        return None

    def _what(self, person: Person) -> str:
        if len(person.families) < FEW:
            return "flow"
        if len(person.families) > MANY:
            return "revoke"
        return self._random.choices(list(self._mix), list(self._mix.values()))[0]

    def _act(self, person: Person, what: str, due: float) -> None:
        try:
            self._operation(person, what)()
            self.done[what] += 1
            self.times.append((due, time.monotonic() - due))
        except Unanswered:
            self.unanswered[what] += 1
        except Broken as error:
            self.broken.append(f"{what}: {error}")
            person.families.clear()
        except Exception as error:  # noqa: BLE001 - reported
            self.broken.append(f"{what}: {type(error).__name__} {error}")
        finally:
            if not person.lost:
                person.busy.release()

    def _operation(self, person: Person, what: str) -> Callable[[], object]:
        if what == "register_and_delete":
            return lambda: register_and_delete(person)
        if what == "client_credentials":
            service = self._random.choice(self.place.services)
            return lambda: service.work(person.patiently)
        if what in {"flow", "wrong_password"}:
            client = self._random.choice(self.place.clients)
            return lambda: getattr(person, what)(client)
        if what in {"sign_out", "change_password"}:
            return getattr(person, what)
        family = self._random.choice(person.families)
        return lambda: getattr(person, what)(family)

    def longest(self) -> float:
        """The longest that anybody has waited so far, counted from when it was due."""
        return max((spent for _, spent in self.times), default=0.0)

    def steady(self, outcome: Outcome, scale: Scale) -> None:
        """Where nothing is broken on purpose, everybody is answered, and nearly always somebody is
        free: a stall keeps all of them busy, and who never came waited for nothing."""
        unanswered = sum(self.unanswered.values())
        outcome.demand(not unanswered, f"{unanswered} gave up: {dict(self.unanswered)}")
        allowed = scale.turned_away * self.arrived
        sentence = f"for {self.late} of {self.arrived} arrivals nobody was free"
        outcome.demand(self.late <= allowed, sentence)

    def figures(self) -> dict[str, object]:
        """For the report."""
        spent = sorted(t for _, t in self.times)
        cuts = statistics.quantiles(spent, n=100) if len(spent) > 1 else [0.0] * 99
        return {
            "operations": sum(self.done.values()),
            "unanswered": sum(self.unanswered.values()),
            "nobody free": self.late,
            "p50 ms": round(cuts[49] * 1000, 1),
            "p99 ms": round(cuts[98] * 1000, 1),
            "longest s": round(max(spent, default=0.0), 2),
            "by kind": dict(self.done),
        }


def register_and_delete(person: Person) -> None:
    """A client comes, gets tokens, and goes: its tokens go with it."""
    place = person.place
    client = place.register(person.patiently)
    family = person.flow(client)
    person.families.remove(family)
    place.ledger.sent("client deleted", client=client.client_id)
    answer = place.ask(
        "DELETE",
        f"/clients/{client.client_id}",
        headers={"Authorization": f"Bearer {client.management}"},
    )
    place.count(answer)
    if answer.again:
        raise Unanswered(str(answer.status))
    if answer.status != 204:
        raise Broken(f"delete: {answer.status} {answer.body[:200]!r}")
    place.ledger.done("client deleted", client=client.client_id)


@contextmanager
def loaded(place: Deployment, rate: float, *, mix: dict[str, int] | None = None) -> Iterator[Load]:
    """The block happens under load."""
    load = Load(place, rate, mix=mix)
    load.start()
    try:
        yield load
    finally:
        load.stop()
