"""Why a database is not used: each is one sentence that says what is wrong and what to do."""

from __future__ import annotations

import sqlite3
from importlib import import_module

from pyramid.exceptions import ConfigurationError


class DatabaseError(ConfigurationError):
    """The database can't be used; the message says why and what to do."""


class DatabaseMissing(DatabaseError):
    """There is no database, or it was never initialised."""


class DatabaseLocked(DatabaseError):
    """Another process holds the FileStorage."""


class DatabaseUnavailable(DatabaseError):
    """The storage can't be reached or opened now."""


class ForeignDatabase(DatabaseError):
    """The database holds something else."""


class UnsafeStorage(DatabaseError):
    """The storage would lose or hide what was acknowledged."""


class WrongSchema(DatabaseError):
    """The database was written by an older version, or by a newer one."""


class WrongSecret(DatabaseError):
    """``oidc.secret`` is not the one under which the database keeps its keys."""


class PackRefused(DatabaseError):
    """There is no room for what a pack would write."""


def missing(place: str) -> DatabaseMissing:
    """Nothing is there, and nothing was created."""
    return DatabaseMissing(
        f"there is no database at {place}: run 'oidc-pyramid init' to create one, or correct "
        "zodbconn.uri (nothing was created)"
    )


def empty(place: str) -> DatabaseMissing:
    """Something is there and holds nothing: perhaps a backup has to be restored."""
    return DatabaseMissing(
        f"the database {place} is empty: run 'oidc-pyramid init' if it is new, or restore your "
        "backup (nothing was created)"
    )


def _driver_errors() -> tuple[type[Exception], ...]:
    """What RelStorage lets through from the database drivers that are installed."""
    found: list[type[Exception]] = [sqlite3.Error]
    for driver in ("psycopg2", "pg8000"):
        try:
            found.append(import_module(driver).Error)
        except ImportError:
            continue
    return tuple(found)


#: The storage failed below ZODB: a full disk, a lost connection.
DRIVER_ERRORS = _driver_errors()
