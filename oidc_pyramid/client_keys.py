"""The public keys of clients, by value or fetched: cached, refetched when they may have changed.

Fetched documents are kept for a minute at most, per process; an unknown ``kid`` or a signature
that does not match asks again (Core §10.1.1), though not twice within a few seconds, and never
more than twice a minute: whoever sends nonsense can't make us ask a third party for ever.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from oidc_pyramid.fetch import Fetcher, FetchRefused
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol import strict_json
from oidc_pyramid.protocol.jose import JoseError, PublicKey, parse_jwks, verify

LONGEST = 60
PAUSE = 5
OK = 200
MOST_CACHED = 2000
Keys = tuple[PublicKey, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What was fetched last; no keys when that failed. Times are of the monotonic clock."""

    keys: Keys
    fetched_at: float
    good_until: float
    before_that: float = float("-inf")


class ClientKeys:
    """Made once per process; holds parsed keys only, never a persistent object."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._by_value: dict[str, Keys] = {}
        self._fetched: dict[str, Known] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def of(self, client: Client, *, anew: bool = False) -> Keys:
        """The client's keys; ``anew`` says that those known so far do not do."""
        if client.jwks:
            return self._value(client.jwks)
        return self._uri(client.jwks_uri, anew=anew) if client.jwks_uri else ()

    def verify(
        self,
        client: Client,
        token: str,
        algs: Collection[str],
        typ: str | Collection[str | None] | None = None,
    ) -> dict[str, object]:
        """The claims of a token that this client signed; raises ``JoseError``."""
        try:
            return verify(token, self.of(client), algs, typ)
        except JoseError:
            if not client.jwks_uri:
                raise
            return verify(token, self.of(client, anew=True), algs, typ)

    def _value(self, jwks: str) -> Keys:
        keys = self._by_value.get(jwks)
        if keys is None:
            keys = parse_jwks(json.loads(jwks))
            _make_room(self._by_value)
            self._by_value[jwks] = keys
        return keys

    def _uri(self, uri: str, *, anew: bool) -> Keys:
        """One fetch at a time per address; who waited takes what the other has fetched."""
        known = self._fetched.get(uri)
        if known is not None and not self._stale(known, anew=anew):
            return known.keys
        with self._lock_of(uri):
            known = self._fetched.get(uri)
            if known is None or self._stale(known, anew=anew):
                known = self._fetch(uri, known)
                _make_room(self._fetched)
                self._fetched[uri] = known
        return known.keys

    def _stale(self, known: Known, *, anew: bool) -> bool:
        now = self._clock()
        wanted = now >= known.good_until or (anew and now >= known.fetched_at + PAUSE)
        return wanted and now >= known.before_that + LONGEST

    def _fetch(self, uri: str, before: Known | None) -> Known:
        """Older keys stay when the client's server is down; nothing is asked again for a while."""
        now = self._clock()
        before_that = before.fetched_at if before else float("-inf")
        try:
            answer = self._fetcher.get(uri)
            keys = parse_jwks(strict_json.loads(answer.body)) if answer.status == OK else ()
        except (FetchRefused, JoseError, ValueError):
            keys = ()
        if not keys:
            return Known(before.keys if before else (), now, now + PAUSE, before_that)
        life = LONGEST if answer.max_age is None else min(LONGEST, max(PAUSE, answer.max_age))
        return Known(keys, now, now + life, before_that)

    def _lock_of(self, uri: str) -> threading.Lock:
        with self._lock:
            _make_room(self._locks)
            return self._locks.setdefault(uri, threading.Lock())


def _make_room(cache: dict[str, Any]) -> None:
    """A bound, so that many clients cost no more memory than this."""
    while len(cache) >= MOST_CACHED:
        cache.pop(next(iter(cache)))
