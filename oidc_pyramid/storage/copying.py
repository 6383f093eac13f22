"""All that the root reaches, copied from one snapshot into another storage, in one transaction.

Backups, restores and moves are this copy. It leaves out what nothing refers to, as a pack does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from transaction import TransactionManager
from ZODB import DB
from ZODB.Connection import TransactionMetaData
from ZODB.POSException import POSKeyError, ReadConflictError
from ZODB.serialize import referencesf
from ZODB.utils import z64

Record = tuple[bytes, bytes]


@dataclass
class Tally:
    """How much was walked over, and a digest of it: two walks with equal tallies saw the same."""

    objects: int = 0
    size: int = 0
    _digest: Any = field(default_factory=sha256, repr=False, compare=False)

    def count(self, record: Record) -> None:
        """One more."""
        self.objects += 1
        self.size += len(record[1])
        self._digest.update(record[0] + sha256(record[1]).digest())

    def same_as(self, other: Tally) -> bool:
        """Every object the same, byte for byte."""
        return self == other and self._digest.digest() == other._digest.digest()


@contextmanager
def moment(db: DB) -> Iterator[Any]:
    """The storage as it is at this moment, whatever others commit meanwhile."""
    manager = TransactionManager(explicit=True)
    connection = db.open(manager)
    manager.begin()
    try:
        yield connection._storage
    finally:
        manager.abort()
        connection.close()


def records(storage: Any, tally: Tally) -> Iterator[Record]:
    """Each object that the root reaches: its id and its pickle, which is not run."""
    seen, todo = {z64}, [z64]
    while todo:
        oid = todo.pop()
        data, _serial = storage.load(oid)
        tally.count((oid, data))
        yield oid, data
        for found in referencesf(data):
            if found not in seen:
                seen.add(found)
                todo.append(found)


def copy(source: Any, target: Any, note: str) -> Tally:
    """Write what *source* holds into *target*, over what is there, in one transaction.

    What the root of *target* reached before, and does not now, is garbage for its next pack.
    """
    tally, transaction = Tally(), TransactionMetaData(b"", note.encode())
    target.tpc_begin(transaction)
    try:
        for oid, data in records(source, tally):
            target.store(oid, _serial(target, oid), data, "", transaction)
        target.tpc_vote(transaction)
        target.tpc_finish(transaction)
    except BaseException:
        target.tpc_abort(transaction)
        raise
    return tally


def walked(storage: Any) -> Tally:
    """The tally of all that is there."""
    tally = Tally()
    for _ in records(storage, tally):
        pass
    return tally


def _serial(storage: Any, oid: bytes) -> bytes:
    try:
        serial: bytes = storage.load(oid)[1]
    except (POSKeyError, ReadConflictError):  # as MVCC adapters say "never was"
        return z64
    return serial
