"""The connection of one fetch, which ends when its time is over, whatever the other side does."""

from __future__ import annotations

import socket
from collections import Counter
from contextlib import suppress
from threading import Condition, Lock


class Line:
    """Who waits for an exchange can cut it: a read that drips, a handshake that hangs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: socket.socket | None = None
        self._over = False

    def hold(self, connection: socket.socket) -> None:
        """A second handle on the same connection; TLS takes the first. ``OSError`` when cut."""
        with self._lock:
            if self._over:
                raise TimeoutError("the time was over before there was a connection")
            self._held = connection.dup()

    def cut(self) -> None:
        """End it now: whoever reads from it or writes to it fails at once."""
        with self._lock:
            self._over = True
            if self._held is not None:
                with suppress(OSError):  # the other side may have been faster
                    self._held.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            held, self._held = self._held, None
        if held is not None:
            held.close()


class Turns:
    """At most so many at a time for each name; who comes later waits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._changed = Condition()

    def take(self, name: str, wait: float) -> bool:
        """True when there is a turn within *wait* seconds: it has to be given back."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._taken[name] < self._most, wait):
                return False
            self._taken[name] += 1
            return True

    def give_back(self, name: str) -> None:
        """The next one may."""
        with self._changed:
            self._taken[name] -= 1
            if not self._taken[name]:
                del self._taken[name]
            self._changed.notify_all()
