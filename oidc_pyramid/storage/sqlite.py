"""``sqlite:///srv/id/oidc``: RelStorage on SQLite in that directory, for one machine.

Several processes and the command line may have it open at once.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from oidc_pyramid.storage.arguments import for_database, refuse_rest
from oidc_pyramid.storage.opening import Opening
from oidc_pyramid.storage.private import make_directory, make_file, tighten
from oidc_pyramid.storage.refusals import DatabaseError, ForeignDatabase, empty, missing

MAIN = "main.sqlite3"
OIDS = "oids.sqlite3"
CACHE_MB = 32
COMMIT_LOCK_TIMEOUT = 10
FULL = {"synchronous": "FULL"}


def find(uri: str, *, create: bool) -> Opening:
    """``?cache_local_mb=64`` and what ``ZODB.DB`` takes may follow."""
    parts = urlsplit(uri)
    if not parts.netloc + parts.path:
        raise DatabaseError(f"zodbconn.uri = {uri} names no directory: write sqlite:///srv/id/oidc")
    directory = Path(parts.netloc + parts.path).absolute()
    given = dict(parse_qsl(parts.query))
    arguments = for_database(given)
    cache_mb = int(given.pop("cache_local_mb", CACHE_MB))
    refuse_rest(uri, given)
    if create:
        make_directory(directory)
    else:
        require(directory / MAIN)
    return Opening(
        uri,
        lambda: _open(directory, cache_mb, create=create),
        arguments,
        lambda: _alone_in(directory),
    )


def require(path: Path) -> None:
    """A RelStorage with something in it; looks without changing the file's mode of working, and
    only through SQLite (``make_file`` says why)."""
    if not path.exists():
        raise missing(str(path))
    if not path.stat().st_size:
        raise empty(str(path))
    try:
        has_tables = _has_tables(path)
    except sqlite3.DatabaseError as error:
        raise ForeignDatabase(f"{path} can't be read as a SQLite database: {error}") from error
    if not has_tables:
        raise ForeignDatabase(
            f"{path} holds none of our tables: it belongs to something else, or 'oidc-pyramid "
            "init' was stopped half-way (nothing in it was changed)"
        )


def _has_tables(path: Path) -> bool:
    """Nobody has it open when there is no log beside it: then it may be read as it lies there."""
    alone = "" if path.with_name(f"{MAIN}-wal").exists() else "&immutable=1"
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro{alone}", uri=True)
    try:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'object_state'")
        return found.fetchone() is not None
    finally:
        connection.close()


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Two processes that create the tables of one SQLite file at once trip over each other."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(directory: Path, cache_mb: int, *, create: bool) -> Any:
    from relstorage.options import Options

    from oidc_pyramid.storage.queue import QueuedRelStorage, Turn
    from oidc_pyramid.storage.sqlite_adapter import CarefulAdapter

    files = (directory / MAIN, directory / OIDS)
    for path in files:  # SQLite makes -wal and -shm alike
        make_file(path)
    tighten(*files)
    options = Options(
        keep_history=False,
        cache_local_mb=cache_mb,
        commit_lock_timeout=COMMIT_LOCK_TIMEOUT,
        create_schema=create,
    )
    adapter = CarefulAdapter(str(directory), pragmas=dict(FULL), options=options)
    adapter.connmanager.turn = Turn(COMMIT_LOCK_TIMEOUT)
    storage = QueuedRelStorage(adapter, options=options)
    _never_reuse_ids(adapter)
    return storage


def _never_reuse_ids(adapter: Any) -> None:
    """The file of object ids is not synchronised: after a power cut, or when it was left out of a
    backup, it may be behind what the database holds."""
    connection, cursor = adapter.connmanager.open_for_store()
    try:
        cursor.execute("SELECT COALESCE(MAX(zoid), 0) FROM object_state")
        adapter.oidallocator.set_min_oid(cursor, cursor.fetchone()[0])
    finally:
        adapter.connmanager.rollback_and_close(connection, cursor)
