"""``ZODB.DB`` that loses no connection when its storage is gone."""

from __future__ import annotations

from typing import Any

from ZODB import DB
from ZODB.Connection import Connection


class ReturnedConnection(Connection):
    """Back in the pool where a transaction can't begin.

    ZODB (6.4) takes a connection from the pool and then asks the storage for the newest changes.
    When that fails nobody has the connection: it is lost with all that it had in memory, and each
    further request makes a new one for as long as the storage is away.
    """

    def open(self, transaction_manager: Any = None, delegate: bool = True) -> None:
        """Opened, or closed again (``Connection.open``)."""
        try:
            super().open(transaction_manager, delegate)
        except BaseException:
            self.close()
            raise


class Database(DB):
    """The one that we open."""

    klass = ReturnedConnection
