"""Opening the database of ``zodbconn.uri``: one function, whichever storage it is.

A missing database is never created by accident: only ``init`` and development say ``create``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from zc.lockfile import LockError
from ZODB import DB
from ZODB.POSException import ConflictError

from oidc_pyramid.storage.allowed import class_factory_for
from oidc_pyramid.storage.pool import Database
from oidc_pyramid.storage.refusals import (
    DatabaseError,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseUnavailable,
    empty,
)
from oidc_pyramid.storage.safety import has_root, refuse_unsafe
from oidc_pyramid.storage.uris import find

POOL_SIZE = 16
CACHE_OBJECTS = 20_000
RIVALS = 5


def open_database(
    settings: Mapping[str, Any],
    *,
    create: bool = False,
    name: str = "",
    databases: dict[str, DB] | None = None,
) -> DB:
    """The database of ``zodbconn.uri`` (or ``zodbconn.uri.NAME``).

    Raises a ``DatabaseError`` whose text is one sentence; then nothing was made or changed.
    """
    tries = RIVALS if create else 1
    while True:
        try:
            return _open(settings, create=create, name=name, databases=databases)
        except DatabaseUnavailable as error:
            tries -= 1
            if not (tries and _raced(error)):
                raise
            time.sleep(random.uniform(0.1, 0.5))  # noqa: S311 - no secret


def _raced(error: DatabaseUnavailable) -> bool:
    """Two who make the tables or the root of one database at once: the later one finds them."""
    cause = error.__cause__
    return isinstance(cause, ConflictError) or "already exists" in str(cause)


def _open(
    settings: Mapping[str, Any], *, create: bool, name: str, databases: dict[str, DB] | None
) -> DB:
    uri = uri_of(settings, name)
    opening = _in_a_sentence(lambda: find(uri, create=create), uri)
    factory = class_factory_of(settings)
    arguments = {"pool_size": POOL_SIZE, "cache_size": CACHE_OBJECTS, **opening.arguments}
    arguments |= {"databases": {} if databases is None else databases, "database_name": name}
    with opening.alone():
        storage = _in_a_sentence(opening.open, opening.place)
        try:
            refuse_unsafe(storage)
            if not (create or opening.volatile):
                _require_root(storage, opening.place)
            make = partial(Database, storage, class_factory=factory, **arguments)
            return _in_a_sentence(make, opening.place)
        except BaseException:
            storage.close()
            raise


def uri_of(settings: Mapping[str, Any], name: str) -> str:
    """Where the database of that name is; raises ``DatabaseMissing`` where nothing says so."""
    key = f"zodbconn.uri.{name}" if name else "zodbconn.uri"
    uri = str(settings.get(key, "")).strip()
    if not uri:
        raise DatabaseMissing(
            f"{key} is not set: it says where the database is, for example sqlite:///srv/id/oidc"
        )
    return uri


def adopt(databases: Mapping[str, DB], name: str, settings: Mapping[str, Any]) -> None:
    """The same rules for a database that the host has opened: its storage, its classes."""
    if name not in databases:
        raise DatabaseMissing(f"there is no zodbconn.uri{f'.{name}' if name else ''}")
    db = databases[name]
    if getattr(db.classFactory, "__module__", "") != class_factory_for.__module__:
        refuse_unsafe(db.storage)
        db.classFactory = class_factory_of(settings)


def class_factory_of(settings: Mapping[str, Any]) -> Any:
    """Ours, and the packages that ``oidc.database_classes`` names."""
    return class_factory_for(str(settings.get("oidc.database_classes") or "").split())


def _require_root(storage: Any, place: str) -> None:
    """``ZODB.DB`` would make one."""
    if not has_root(storage):
        raise empty(place)


def _in_a_sentence(work: Callable[[], Any], place: str) -> Any:
    """Storages fail in many ways when they are opened; a person needs one sentence."""
    try:
        return work()
    except DatabaseError:
        raise
    except LockError as error:
        raise DatabaseLocked(
            f"the database {place} is in use by another process (a FileStorage serves one "
            "process at a time): stop the server first, or use the default sqlite:// storage"
        ) from error
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DatabaseUnavailable(f"the database {place} can't be opened: {reason}") from error
