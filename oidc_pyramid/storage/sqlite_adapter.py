"""RelStorage's adapter for SQLite, without four of its defects (seen in RelStorage 4.3.0).

Two show when two processes work on one database: tests/storage/test_two_databases.py has them. The others
show when a larger database is packed, and packed again: tests/storage/test_pack.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from relstorage.adapters.packundo import HistoryFreePackUndo
from relstorage.adapters.sqlite.adapter import Sqlite3Adapter
from relstorage.adapters.sqlite.batch import Sqlite3RowBatcher
from relstorage.adapters.sqlite.locker import Sqlite3Locker
from relstorage.adapters.sqlite.mover import Sqlite3ObjectMover


class LockFirst(Sqlite3Locker):
    """What was only read (``readCurrent``) is compared under the lock that the commit holds.

    RelStorage compares first and locks then: what another process commits between the two goes
    unseen, and a revocation and the refresh that it should have stopped both succeed.
    """

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


class FullBatches(Sqlite3RowBatcher):
    """Rows that are written together, as a pack does it.

    RelStorage opens a batch of inserts before it looks whether the older ones must be sent first.
    When they must, it sends the new one along without a row in it, which is no SQL, and the pack of
    a database of that size fails each time.
    """

    inserts: dict[Any, dict[Any, Any]]

    def _do_inserts(self) -> int:
        for empty in [key for key, rows in self.inserts.items() if not rows]:
            del self.inserts[empty]
        return int(super()._do_inserts()) if self.inserts else 0


class ForgetFirst(HistoryFreePackUndo):
    """A pack forgets what it knew of an object's references before it notes the new ones.

    RelStorage puts the new row into the batch first and the removal of the old one after it. Where
    the batch is full just between them the old row is still there, and the pack fails.
    """

    def _add_refs_for_oids(
        self, load_batcher: Any, store_batcher: Any, oids: Any, get_references: Any
    ) -> int:
        for oid in oids:
            store_batcher.delete_from("object_refs_added", zoid=oid)
        store_batcher.flush()
        added = super()._add_refs_for_oids(load_batcher, store_batcher, oids, get_references)
        return int(added)


class CarefulAdapter(Sqlite3Adapter):
    """The one that we open, and the only one that we accept."""

    mover: Any
    locker: Any
    packundo: Any

    def _create(self) -> None:
        if self.mover is None:
            self.mover = NothingLeftOver(self.driver, options=self.options)
        if self.locker is None:
            self.locker = LockFirst(self.options, self.driver, batcher_factory=FullBatches)
        super()._create()
        self.packundo = ForgetFirst(
            self.driver,
            connmanager=self.connmanager,
            runner=self.runner,
            locker=self.locker,
            options=self.options,
        )
