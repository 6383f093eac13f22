"""Connections that stay open between requests.

``DB.open`` and ``Connection.close`` cost about as much as asking the storage what is new: they look
through the whole pool, and end a snapshot that has ended already. Where every request is ours
nobody needs that. A connection is taken, sees what is new as a transaction begins, and is put back.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from transaction.interfaces import NoTransaction


class Held:
    """The connection that was used last comes first: it has the most in memory."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._free: list[Any] = []  # append and pop are atomic

    def take(self, manager: Any) -> Any:
        """A connection for this explicit transaction manager, with the database as it is now.

        Raises whatever the storage does when it can't be asked; then nothing is taken.
        """
        try:
            manager.get()  # one that has not begun would leave the connection as it was last
            connection = self._free.pop()
        except (NoTransaction, IndexError):
            return self._database.open(manager)
        connection.transaction_manager = manager
        try:
            manager.registerSynch(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def give_back(self, connection: Any) -> None:
        """Whatever was left undone in its transaction is undone."""
        manager = connection.transaction_manager
        with suppress(NoTransaction):
            manager.abort()
        if len(self._free) >= self._database.getPoolSize() or not _as_new(connection):
            connection.close()
            return
        manager.unregisterSynch(connection)
        connection.transaction_manager = None  # closing the database ends what others have begun
        self._free.append(connection)


def _as_new(connection: Any) -> bool:
    """Not where its transaction could not be undone (``close`` refuses that one, so nobody gets it),
    where its manager begins a snapshot by itself, which none may keep, or where it has led to a
    second database."""
    undone = connection._needs_to_join
    return undone and connection.explicit_transactions and len(connection.connections) == 1
