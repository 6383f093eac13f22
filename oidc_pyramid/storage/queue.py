"""RelStorage on SQLite whose threads take turns: SQLite itself lets who is late poll and sleep."""

from __future__ import annotations

import threading
from typing import Any

from relstorage.adapters.interfaces import UnableToAcquireCommitLockError
from relstorage.storage import RelStorage


class Turn:
    """Who of this process may commit; one for all connections of a database."""

    def __init__(self, timeout: float) -> None:
        self._lock = threading.Lock()
        self._timeout = timeout

    def take(self) -> None:
        """Wait for it; after *timeout* seconds the storage counts as busy."""
        if not self._lock.acquire(timeout=self._timeout):
            raise UnableToAcquireCommitLockError("another thread commits for too long")

    def give_back(self) -> None:
        """The next one may."""
        self._lock.release()

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, *_: object) -> None:
        self.give_back()


class QueuedRelStorage(RelStorage):
    """A commit holds the turn from its vote to its end, whichever that is."""

    _has_turn = False

    def tpc_vote(self, transaction: Any) -> Any:
        """Lock the database (ZODB's IStorage)."""
        if not self._has_turn:
            self._turn.take()
            self._has_turn = True
        return super().tpc_vote(transaction)

    def tpc_finish(self, transaction: Any, f: Any = None) -> Any:
        """Write it (ZODB's IStorage)."""
        tid = super().tpc_finish(transaction, f)
        self._end_turn()
        return tid

    def tpc_abort(self, transaction: Any, _force: bool = False) -> None:
        """Undo it (ZODB's IStorage); comes after a vote or a finish that failed, too."""
        try:
            super().tpc_abort(transaction, _force)
        finally:
            self._end_turn()

    @property
    def _turn(self) -> Turn:
        turn: Turn = self._adapter.connmanager.turn
        return turn

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._turn.give_back()
