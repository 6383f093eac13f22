"""Opening the database: which storage, which classes may be unpickled, and what is refused.

A missing database is never created by accident: only ``init`` and development say ``create``.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyramid_zodbconn
from pyramid.exceptions import ConfigurationError
from ZODB import DB
from ZODB.broken import find_global
from zodburi import resolve_uri

ROOT_KEY = "oidc_pyramid"
POOL_SIZE = 16
CACHE_OBJECTS = 20_000

_PACKAGES = ("oidc_pyramid.models.", "persistent.", "BTrees.")
_CLASSES = frozenset(
    {
        ("builtins", "object"),
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("copyreg", "_reconstructor"),
        ("copy_reg", "_reconstructor"),
        ("zodbpickle", "binary"),
    }
)


class DatabaseError(ConfigurationError):
    """The database can't be used; the message says why and what to do."""


class DatabaseMissing(DatabaseError):
    """There is no database, or it was never initialised."""


class DatabaseLocked(DatabaseError):
    """Another process holds the FileStorage."""


class ForeignDatabase(DatabaseError):
    """The database holds something else."""


class UnsafeStorage(DatabaseError):
    """The storage would lose or hide what was acknowledged."""


class ClassNotAllowed(Exception):
    """A record names a class that is none of ours: it is not imported."""


def class_factory(_connection: object, module: str, name: str) -> Any:
    """The allow-list for unpickling; anything else stops the load, it never runs."""
    if (module, name) in _CLASSES or f"{module}.".startswith(_PACKAGES):
        return find_global(module, name)
    msg = f"{module}.{name}"
    raise ClassNotAllowed(msg)


def open_database(
    settings: Mapping[str, Any],
    *,
    create: bool = False,
    name: str = "",
    databases: dict[str, DB] | None = None,
) -> DB:
    """The database of ``zodbconn.uri`` (or ``zodbconn.uri.NAME``).

    Raises ``DatabaseMissing``, ``DatabaseLocked`` or ``UnsafeStorage``.
    """
    key = f"zodbconn.uri.{name}" if name else "zodbconn.uri"
    uri = str(settings.get(key, "")).strip()
    if not uri:
        msg = f"{key} is not set: it says where the database is, for example sqlite://var/oidc"
        raise DatabaseMissing(msg)
    return _open(uri, name, {} if databases is None else databases, create=create)


def _open(uri: str, name: str, databases: dict[str, DB], *, create: bool) -> DB:
    factory, arguments = _resolve(uri, create=create)
    arguments.setdefault("pool_size", POOL_SIZE)
    arguments.setdefault("cache_size", CACHE_OBJECTS)
    arguments["database_name"] = name
    with _alone_in(uri):
        storage = _locked_as_sentence(factory, uri)
        _refuse_unsafe(storage)
        return DB(storage, databases=databases, class_factory=class_factory, **arguments)


@contextmanager
def _alone_in(uri: str) -> Iterator[None]:
    """Two processes that create the tables of one SQLite file at once trip over each other."""
    if not uri.startswith("sqlite://"):
        yield
        return
    descriptor = os.open(_directory(uri), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _directory(uri: str) -> str:
    parts = urlsplit(uri)
    return os.path.abspath(parts.netloc + parts.path)


def _locked_as_sentence(factory: Callable[[], Any], uri: str) -> Any:
    from zc.lockfile import LockError

    try:
        return factory()
    except LockError as error:
        msg = (
            f"the database {uri} is in use by another process (a FileStorage serves one "
            "process at a time): stop the server first, or use the default sqlite:// storage"
        )
        raise DatabaseLocked(msg) from error


def _resolve(uri: str, *, create: bool) -> tuple[Callable[[], Any], dict[str, Any]]:
    scheme = uri.split("://", 1)[0]
    if scheme == "sqlite":
        return _sqlite(uri, create=create)
    if scheme == "file":
        _require_file(urlsplit(uri).path, create=create)
    return resolve_uri(uri)


def _require_file(path: str, *, create: bool) -> None:
    if os.path.exists(path):
        return
    if not create:
        msg = (
            f"there is no database at {path}: run 'oidc-pyramid init' to create one, "
            "or correct zodbconn.uri (nothing was created)"
        )
        raise DatabaseMissing(msg)
    os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)


def _sqlite(uri: str, *, create: bool) -> tuple[Callable[[], Any], dict[str, Any]]:
    """RelStorage on SQLite: ``sqlite:///var/oidc?pool_size=8`` names a directory."""
    directory = _directory(uri)
    _require_file(os.path.join(directory, "main.sqlite3"), create=create)
    if create:
        os.makedirs(directory, mode=0o700, exist_ok=True)
    numbers = {key: int(value) for key, value in parse_qsl(urlsplit(uri).query)}
    return (lambda: _sqlite_storage(directory)), numbers


def _sqlite_storage(directory: str) -> Any:
    from relstorage.adapters.sqlite.adapter import Sqlite3Adapter
    from relstorage.options import Options
    from relstorage.storage import RelStorage

    options = Options(keep_history=False, cache_local_mb=32, commit_lock_timeout=10)
    adapter = Sqlite3Adapter(directory, pragmas={"synchronous": "FULL"}, options=options)
    storage = RelStorage(adapter, options=options)
    for name in os.listdir(directory):
        with suppress(FileNotFoundError):  # another process may just have closed its -wal
            os.chmod(os.path.join(directory, name), 0o600)
    return storage


def _refuse_unsafe(storage: Any) -> None:
    """What was acknowledged must be on disk, and what was revoked must be seen."""
    adapter = getattr(storage, "_adapter", None)
    if adapter is not None and "sqlite" in type(adapter).__module__:
        _assert_synchronous(adapter)
    if type(storage).__module__.startswith("ZEO") and not storage._server_sync:
        msg = (
            "ZEO without server_sync serves stale reads after a revocation: "
            "add server_sync=true to the zeo:// URI or 'server-sync true' to its configuration"
        )
        raise UnsafeStorage(msg)


def _assert_synchronous(adapter: Any) -> None:
    connection, cursor = adapter.connmanager.open_for_store()
    try:
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()[0]
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
    finally:
        adapter.connmanager.close(connection, cursor)
    if int(synchronous) < 2 or str(journal).lower() != "wal":
        msg = (
            f"SQLite {sqlite3.sqlite_version} runs with synchronous={synchronous} and "
            f"journal_mode={journal}; FULL and WAL are needed so that nothing acknowledged is lost"
        )
        raise UnsafeStorage(msg)


def includeme(config: Any, *, create: bool = False) -> None:
    """Give the application its database, unless the host already has one."""
    if hasattr(config.registry, "_zodb_databases"):
        return

    def db_from_uri(_uri: str, name: str, databases: dict[str, DB]) -> DB:
        return open_database(
            config.registry.settings, create=create, name=name, databases=databases
        )

    pyramid_zodbconn.includeme(config, db_from_uri=db_from_uri)
