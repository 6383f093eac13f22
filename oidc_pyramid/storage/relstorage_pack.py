"""A pack of RelStorage that loses nothing: what one snapshot does not reach goes, batch by batch.

RelStorage 4.3.0 lists the objects first and follows their references in a later snapshot. What is
moved between the two to an object that is newer than the list (as when the leaf of a tree divides)
looks as if nothing referred to it, and is deleted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import Any

from BTrees.LLBTree import LLBTree
from relstorage.adapters.connections import LoadConnection, StoreConnection
from relstorage.adapters.packundo import HistoryFreePackUndo
from ZODB.utils import p64

READ, REMOVE = 500, 200

References = Callable[[bytes], Iterable[int]]


class SnapshotPack(HistoryFreePackUndo):
    """``IPackUndo`` in the two steps that RelStorage asks for: look, and remove.

    A transaction of the second is short, and a pause of the same length follows it, so that nobody
    waits for long who commits meanwhile.
    """

    alone: Callable[[], AbstractContextManager[Any]] = staticmethod(nullcontext)

    def pre_pack(self, pack_tid: int, get_references: References) -> None:
        """Find what is garbage; what is newer than *pack_tid* is not, nor what that refers to."""
        connection = LoadConnection(self.connmanager)
        try:
            self._garbage = self._unreached(connection, pack_tid, get_references)
        finally:
            connection.drop()

    def _unreached(self, connection: Any, pack_tid: int, get_references: References) -> LLBTree:
        """Everything at first; then what is reached is taken out of it."""
        unreached, todo = LLBTree(), [0]
        with self._make_ss_load_cursor(connection) as cursor:
            cursor.execute("SELECT zoid, tid FROM object_state")
            while rows := cursor.fetchmany(READ):
                unreached.update(rows)
                todo += [zoid for zoid, tid in rows if tid > pack_tid]
        for zoid in todo:
            unreached.pop(zoid, None)
        batcher = self.locker.make_batcher(connection.cursor)
        while todo:
            batch, todo[-READ:] = todo[-READ:], []
            for found in self._references(batcher, batch, get_references):
                if unreached.pop(found, None) is not None:
                    todo.append(found)
        return unreached

    def _references(
        self, batcher: Any, zoids: list[int], get_references: References
    ) -> Iterator[int]:
        for (state,) in batcher.select_from(("state",), "object_state", zoid=zoids):
            if state:
                yield from get_references(self.driver.binary_column_as_state_type(state))

    def pack(
        self, pack_tid: int | None, packed_func: Callable[[int, int], None] | None = None
    ) -> None:
        """Remove it, unless it was written again meanwhile. Nothing is as old as was asked for where
        there is no *pack_tid*."""
        if pack_tid is None:
            return
        connection = StoreConnection(self.connmanager)
        garbage = iter(self._garbage.items())
        try:
            while batch := list(islice(garbage, REMOVE)):
                began = time.monotonic()
                with self.alone():
                    self._remove(connection, batch)
                time.sleep(time.monotonic() - began)
                if packed_func is not None:
                    for zoid, tid in batch:
                        packed_func(zoid, tid)
        finally:
            connection.drop()
            del self._garbage

    def _remove(self, connection: Any, batch: list[tuple[int, int]]) -> None:
        try:
            for zoid, tid in batch:
                self.deleteObject(connection.cursor, p64(zoid), p64(tid))
            connection.commit()
        except BaseException:
            connection.rollback_quietly()
            raise


def pack_by_snapshot(adapter: Any) -> SnapshotPack:
    """Let an adapter that keeps no history pack like this."""
    made = SnapshotPack(
        adapter.driver, adapter.connmanager, adapter.runner, adapter.locker, adapter.options
    )
    made.MAX_TID = adapter.packundo.MAX_TID
    adapter.packundo = made
    return made
