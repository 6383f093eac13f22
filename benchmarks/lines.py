"""People who stand in line: simulated time, and what so many can have at once.

A process is a generator. It yields seconds, and goes on when they have passed; or a line and for how
long it would wait there, and is told whether its turn came. Nothing here knows what is simulated.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import defaultdict, deque
from collections.abc import Generator
from typing import Any

FOREVER = math.inf
MINUTE = 60
Process = Generator[Any, Any, Any]


class Clock:
    """Simulated time: what happens next, happens next."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = itertools.count()
        self._events: list[tuple[float, int, Process | Turn, Any]] = []

    def at(self, when: float, what: Process | Turn, told: Any = None) -> None:
        """Go on then, with what it is told; of two at the same time the first comes first."""
        heapq.heappush(self._events, (when, next(self._order), what, told))

    def run(self) -> None:
        """Until nothing is left to happen."""
        while self._events:
            self.now, _, what, told = heapq.heappop(self._events)
            if isinstance(what, Turn):
                what.give_up()
            else:
                self.go_on(what, told)

    def go_on(self, process: Process, told: Any) -> None:
        """Up to where it has to wait."""
        asked = next_of(process, told)
        while asked is not None:
            if isinstance(asked, float):
                self.at(self.now + asked, process)
                return
            line, patience = asked
            if not line.take():
                line.wait(process, patience)
                return
            asked = next_of(process, told=True)


def next_of(process: Process, told: Any) -> Any:
    """What it asks for, or None when it has ended."""
    try:
        return process.send(told)
    except StopIteration:
        return None


class Turn:
    """One who stands in line."""

    def __init__(self, clock: Clock, process: Process) -> None:
        self.clock, self.process, self.waits = clock, process, True

    def come(self) -> None:
        """The place is theirs."""
        self.waits = False
        self.clock.at(self.clock.now, self.process, told=True)

    def give_up(self) -> None:
        """The patience has ended, unless the turn came first."""
        if self.waits:
            self.waits = False
            self.clock.at(self.clock.now, self.process, told=False)


class Line:
    """So many places, and a line for them: who comes first is served first."""

    def __init__(self, clock: Clock, places: int) -> None:
        self.places, self.taken = places, 0
        self._clock, self._turns, self._noted = clock, deque[Turn](), 0.0
        self.busy: defaultdict[int, float] = defaultdict(float)

    def take(self) -> bool:
        """A place that is free."""
        free = self.taken < self.places
        if free:
            self._note(1)
        return free

    def wait(self, process: Process, patience: float) -> None:
        """Until a place is free, or the patience has ended."""
        turn = Turn(self._clock, process)
        self._turns.append(turn)
        if patience < FOREVER:
            self._clock.at(self._clock.now + patience, turn)

    def release(self) -> None:
        """The place goes to the next who still waits."""
        while self._turns:
            turn = self._turns.popleft()
            if turn.waits:
                turn.come()
                self._note(0)
                return
        self._note(-1)

    def _note(self, change: int) -> None:
        """How busy it was in which minute."""
        now = self._clock.now
        self.busy[int(now // MINUTE)] += self.taken * (now - self._noted)
        self.taken, self._noted = self.taken + change, now

    def busiest_minute(self) -> float:
        """Of all places, the share that was taken."""
        return max(self.busy.values(), default=0.0) / MINUTE / self.places
