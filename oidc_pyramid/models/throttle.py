"""Failed attempts, counted in a fixed number of buckets: no object per name, none per stranger."""

from __future__ import annotations

import hmac
from hashlib import sha256

from persistent import Persistent

BUCKETS = 1024
ENTRIES = 64


class Bucket(Persistent):
    """A few counters; rivals that count in the same bucket conflict, so no guess goes uncounted."""

    entries: tuple[tuple[bytes, int, int], ...] = ()

    def count(self, key: bytes, *, now: int, window: int) -> int:
        """Failures under *key* in the window (seconds) that is running."""
        for name, started, number in self.entries:
            if name == key and now < started + window:
                return number
        return 0

    def since(self, key: bytes) -> int:
        """When the window of *key* started, or 0."""
        return next((started for name, started, _ in self.entries if name == key), 0)

    def fail(self, key: bytes, *, now: int, window: int) -> None:
        """One more; the entries that expire first make room."""
        number = self.count(key, now=now, window=window)
        started = self.since(key) if number else now
        others = [e for e in self.entries if e[0] != key and now < e[1] + window]
        self.entries = (*others[-ENTRIES + 1 :], (key, started, number + 1))

    def clear(self, key: bytes) -> None:
        """Forget *key*; writes nothing when there is nothing."""
        if any(e[0] == key for e in self.entries):
            self.entries = tuple(e for e in self.entries if e[0] != key)


class Buckets(Persistent):
    """``BUCKETS`` buckets; which one a name falls into is secret (an HMAC)."""

    def __init__(self) -> None:
        self._buckets = tuple(Bucket() for _ in range(BUCKETS))

    def locate(self, secret: bytes, kind: str, name: str) -> tuple[Bucket, bytes]:
        """The bucket, and the key in it, of a name of that kind."""
        mac = hmac.new(secret, f"{kind}\0{name}".encode("utf-8", "replace"), sha256).digest()
        return self._buckets[int.from_bytes(mac[:4], "big") % BUCKETS], mac[4:16]
