"""Runs of the playground: what a relying party keeps between its pages. In memory alone."""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from oidc_pyramid.playground.entry import Entry
from oidc_pyramid.playground.options import Options
from oidc_pyramid.playground.wire import PATIENCE, Busy

MOST_RUNS = 200
MOST_ENTRIES = 60
WALK = 5
LIFE = 4 * 3600


@dataclass
class Run:
    """One walk through the flow, for one visitor. Its secrets are random and its own."""

    visitor: str
    options: Options
    started_at: int
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    logout_state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    metadata: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    answered: bool = False
    code: str = ""
    access_token: str = ""
    refresh_token: str = ""
    id_token: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: bool = False
    redeemed: bool = False
    stopped: bool = False
    signed_out: bool = False
    logout_url: str = ""
    entries: list[Entry] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def challenge(self) -> str:
        """RFC 7636 §4.2."""
        digest = sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def add(self, entry: Entry) -> None:
        """One more thing that happened; a failed check stops the run."""
        self.stopped = self.stopped or entry.stops
        self.entries.append(entry)
        if len(self.entries) > MOST_ENTRIES:
            del self.entries[WALK]  # the oldest of what came after the walk

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One step at a time: a second click waits, then finds that it is done."""
        if not self._lock.acquire(timeout=PATIENCE):
            raise Busy
        try:
            yield
        finally:
            self._lock.release()


class Runs:
    """The latest runs of all visitors; the oldest give way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def add(self, run: Run) -> None:
        """Keep it, and forget what is too old or too much."""
        with self._lock:
            self._runs[run.id] = run
            while len(self._runs) > MOST_RUNS:
                self._runs.popitem(last=False)
            for old in [
                one for one in self._runs.values() if one.started_at + LIFE < run.started_at
            ]:
                del self._runs[old.id]

    def get(self, visitor: str, run_id: str) -> Run | None:
        """A run, to its own visitor."""
        return self._find(visitor, lambda run: run.id, run_id)

    def by_state(self, visitor: str, state: str) -> Run | None:
        """The run that an answer belongs to (RFC 6749 §10.12)."""
        return self._find(visitor, lambda run: run.state, state)

    def by_logout_state(self, visitor: str, state: str) -> Run | None:
        """The run that a sign-out belongs to."""
        return self._find(visitor, lambda run: run.logout_state, state)

    def latest(self, visitor: str) -> Run | None:
        """The run that was begun last."""
        return next((run for run in reversed(self._of(visitor))), None)

    def _of(self, visitor: str) -> list[Run]:
        with self._lock:
            return [run for run in self._runs.values() if _same(run.visitor, visitor)]

    def _find(self, visitor: str, read: Any, wanted: str) -> Run | None:
        return next((run for run in self._of(visitor) if _same(read(run), wanted)), None)

    def __len__(self) -> int:
        return len(self._runs)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
