"""A provider on one machine, simulated: requests take a thread of a worker, compute on a core (a
worker's Python one at a time, password hashes beside it), and commit one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from lines import FOREVER, Clock, Line, Process

SLICE = 0.003  # the system lets another thread compute after about as long


@dataclass(frozen=True)
class Operation:
    """Seconds of Python, the same in each of its requests; of a hash and a commit in the last."""

    name: str
    python: float
    requests: int = 1
    hash: float = 0.0
    commit: float = 0.0

    @property
    def alone(self) -> float:
        """How long it takes when nobody else is there."""
        return self.python + self.hash + self.commit


@dataclass(frozen=True)
class Machine:
    """Cores, workers on them, and the settings ``oidc.password_hash_*``."""

    cores: int
    workers: int
    threads: int = 4
    hash_concurrency: int = 2
    hash_wait: float = 5.0


class Worker:
    """A process: one thread at a time in Python, so many password hashes beside it."""

    def __init__(self, clock: Clock, machine: Machine) -> None:
        self.requests = 0
        self.python = Line(clock, 1)
        self.hashes = Line(clock, machine.hash_concurrency)


@dataclass
class Outcome:
    """Seconds that each waited beyond the work itself, and how many were turned away."""

    waits: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    turned_away: int = 0
    cores: float = 0.0
    commits: float = 0.0

    def wait(self, name: str, share: float) -> float:
        """What so many of them did not wait longer than."""
        waits = self.waits[name]
        return waits[min(int(share * len(waits)), len(waits) - 1)]


class Provider:
    """Workers of one machine, and the one lock for commits of SQLite or FileStorage."""

    def __init__(self, clock: Clock, machine: Machine) -> None:
        self._clock, self._machine = clock, machine
        self.outcome = Outcome()
        self.cores, self.commits = Line(clock, machine.cores), Line(clock, 1)
        self._threads = Line(clock, machine.workers * machine.threads)
        self._workers = [Worker(clock, machine) for _ in range(machine.workers)]

    def meet(self, arrivals: Iterable[tuple[float, Operation]]) -> Process:
        """Everybody, when they come."""
        for when, operation in arrivals:
            yield max(0.0, when - self._clock.now)
            self._clock.at(self._clock.now, self.serve(operation))

    def serve(self, operation: Operation) -> Process:
        """One request after the other, as a browser sends them."""
        arrived, served = self._clock.now, True
        for left in reversed(range(operation.requests)):
            served = yield from self._request(operation, last=not left)
        if served:
            waited = self._clock.now - arrived - operation.alone
            self.outcome.waits[operation.name].append(max(0.0, waited))
        self.outcome.turned_away += not served

    def _request(self, operation: Operation, *, last: bool) -> Process:
        """When a thread is free, at the worker with the fewest requests."""
        yield self._threads, FOREVER
        worker = min(self._workers, key=attrgetter("requests"))
        worker.requests += 1
        hashes = last and operation.hash
        served = not hashes or (yield from self._hash(worker, operation.hash))
        if served:
            yield from self._answer(worker, operation.python / operation.requests)
        if served and last and operation.commit:
            yield from self._commit(operation.commit)
        worker.requests -= 1
        self._threads.release()
        return served

    def _hash(self, worker: Worker, seconds: float) -> Process:
        turn = yield worker.hashes, self._machine.hash_wait
        if turn:
            yield from self._compute(seconds)
            worker.hashes.release()
        return turn

    def _answer(self, worker: Worker, seconds: float) -> Process:
        yield worker.python, FOREVER
        yield from self._compute(seconds)
        worker.python.release()

    def _commit(self, seconds: float) -> Process:
        yield self.commits, FOREVER
        yield seconds
        self.commits.release()

    def _compute(self, seconds: float) -> Process:
        while seconds > 0:
            yield self.cores, FOREVER
            yield min(seconds, SLICE)
            self.cores.release()
            seconds -= SLICE


def simulate(machine: Machine, arrivals: Iterable[tuple[float, Operation]]) -> Outcome:
    """Who comes, in the order of time, until the last of them has been answered."""
    clock = Clock()
    provider = Provider(clock, machine)
    clock.at(0.0, provider.meet(arrivals))
    clock.run()
    outcome = provider.outcome
    for waits in outcome.waits.values():
        waits.sort()
    outcome.cores = provider.cores.busiest_minute()
    outcome.commits = provider.commits.busiest_minute()
    return outcome
