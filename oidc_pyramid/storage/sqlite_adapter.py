"""RelStorage's adapter for SQLite, without its defects (seen in RelStorage 4.3.0).

They show when two processes work on one database (tests/storage/test_two_databases.py), and when it
is packed meanwhile (tests/storage/test_pack.py).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from relstorage.adapters.interfaces import UnableToAcquirePackUndoLockError
from relstorage.adapters.sqlite.adapter import Sqlite3Adapter
from relstorage.adapters.sqlite.batch import Sqlite3RowBatcher
from relstorage.adapters.sqlite.locker import Sqlite3Locker
from relstorage.adapters.sqlite.mover import Sqlite3ObjectMover
from relstorage.adapters.sqlite.stats import Sqlite3Stats

from oidc_pyramid.storage.relstorage_pack import pack_by_snapshot

PACK_LOCK = "pack.lock"


class LockFirst(Sqlite3Locker):
    """What was only read (``readCurrent``) is compared under the lock that the commit holds.

    RelStorage compares first and locks then: what another process commits between the two goes
    unseen, and a revocation and the refresh that it should have stopped both succeed.

    And one process packs at a time: RelStorage has no lock for that on SQLite.
    """

    pack_lock: Path
    _held: int

    def lock_current_objects(
        self,
        cursor: Any,
        read_current_oid_ints: Iterable[int],
        shared_locks_block: bool,
        after_lock_share: Callable[[], None] = lambda: None,
    ) -> None:
        """Lock the database, then look (``ILocker``)."""
        self._lock_rows_being_modified(cursor)
        if read_current_oid_ints:
            after_lock_share()

    def hold_pack_lock(self, cursor: Any) -> None:
        """Raises where another process or thread packs (``ILocker``)."""
        descriptor = os.open(self.pack_lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise UnableToAcquirePackUndoLockError(
                "the database is being packed already"
            ) from error
        self._held = descriptor

    def release_pack_lock(self, cursor: Any) -> None:
        """It goes with the descriptor, also when the process dies (``ILocker``)."""
        os.close(self._held)


class NothingLeftOver(Sqlite3ObjectMover):
    """Each transaction begins with an empty table of what it is going to store.

    RelStorage empties it at the end, but not when a transaction is aborted before it has locked
    anything: then the next commit on that connection writes what the aborted one had stored.
    """

    def on_store_opened(self, cursor: Any, restart: bool = False) -> None:
        """Opened, or taken from the pool again (``IObjectMover``)."""
        super().on_store_opened(cursor, restart)
        if restart:
            cursor.execute("DELETE FROM temp_store")
            cursor.execute("DELETE FROM temp_blob_chunk")
            cursor.connection.return_to_repeatable_read()


class QuietStats(Sqlite3Stats):
    """RelStorage has SQLite read the whole database after a pack, which locks it for as long. We
    ask by primary key alone, for which no statistics are needed."""

    def large_database_change(self) -> None:
        """Nothing (``IDBStats``)."""


class CarefulAdapter(Sqlite3Adapter):
    """The one that we open, and the only one that we accept."""

    mover: Any
    locker: Any
    stats: Any

    def _create(self) -> None:
        if self.mover is None:
            self.mover = NothingLeftOver(self.driver, options=self.options)
        if self.locker is None:
            self.locker = LockFirst(self.options, self.driver, batcher_factory=Sqlite3RowBatcher)
            self.locker.pack_lock = Path(self.data_dir) / PACK_LOCK
        super()._create()
        self.stats = QuietStats(self.connmanager, self.keep_history)
        pack_by_snapshot(self).alone = lambda: self.connmanager.turn
