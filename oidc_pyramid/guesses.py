"""Failed client authentications, and tokens that never were, counted where no stranger can make us
write."""

from __future__ import annotations

import threading
from collections import OrderedDict

from oidc_pyramid.protocol.errors import Check, TooManyRequests

MOST = 10_000
Guesser = tuple[str, str]


class Guesses:
    """By client and address, in the memory of one process: a secret of 256 random bits does not
    need more, and nobody can lock a client out from elsewhere."""

    def __init__(self, limit: int, window: int) -> None:
        self._limit = limit
        self._window = window
        self._counts: OrderedDict[Guesser, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, guesser: Guesser, now: int) -> int:
        """Seconds until this one may guess again, or 0."""
        number, until = self._counts.get(guesser, (0, 0))
        return until - now if number >= self._limit and now < until else 0

    def admit(self, guesser: Guesser, now: int, check: Check) -> None:
        """Raises ``TooManyRequests`` for somebody who has to wait."""
        wait = self.wait(guesser, now)
        if wait:
            error = TooManyRequests(check)
            error.retry_after = wait
            raise error

    def fail(self, guesser: Guesser, now: int) -> None:
        """One more; whoever was quiet for longest is forgotten first."""
        with self._lock:
            number, until = self._counts.pop(guesser, (0, 0))
            fresh = now >= until
            self._counts[guesser] = (1, now + self._window) if fresh else (number + 1, until)
            while len(self._counts) > MOST:
                self._counts.popitem(last=False)
