"""What was acknowledged must be on disk, and what was revoked must be seen: else no start."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from ZODB.interfaces import IMVCCStorage
from ZODB.POSException import POSKeyError
from ZODB.utils import load_current, z64

from oidc_pyramid.storage.refusals import UnsafeStorage
from oidc_pyramid.storage.sqlite_adapter import CarefulAdapter

_INNER = ("base", "changes", "_BlobStorage__storage", "_storage")


def layers(storage: Any) -> Iterator[Any]:
    """The storage, and those that it wraps (demo, blobs, compression)."""
    yield storage
    for name in _INNER:
        inner = vars(storage).get(name) if hasattr(storage, "__dict__") else None
        if inner is not None:
            yield from layers(inner)


def refuse_unsafe(storage: Any) -> None:
    """Raises ``UnsafeStorage`` when a layer may lose or hide something."""
    for layer in layers(storage):
        adapter = getattr(layer, "_adapter", None)
        module = type(layer if adapter is None else adapter).__module__
        if isinstance(adapter, CarefulAdapter):
            _require_full_sync(adapter)
        elif any(one.__module__.startswith("ZEO.") for one in type(layer).__mro__):
            _require_server_sync(layer)
        elif module.startswith("relstorage.adapters.sqlite."):
            raise UnsafeStorage(
                "RelStorage's own SQLite adapter lets a revocation and what it should stop both "
                "succeed: use sqlite:// instead of a ZConfig file"
            )
        elif module.startswith("relstorage."):
            _refuse_replicas(layer)
            _require_durable_commits(adapter)


def has_root(storage: Any) -> bool:
    """False for a storage in which nothing was ever committed; asks without making a root."""
    if not IMVCCStorage.providedBy(storage):
        return _loads_root(storage)
    instance = storage.new_instance()
    try:
        instance.poll_invalidations()
        return _loads_root(instance)
    finally:
        instance.release()


def _loads_root(storage: Any) -> bool:
    try:
        load_current(storage, z64)
    except POSKeyError:
        return False
    return True


def _require_server_sync(storage: Any) -> None:
    if not getattr(storage, "server_sync", False):
        raise UnsafeStorage(
            "ZEO without server_sync serves stale reads after a revocation: add "
            "server_sync=true to the zeo:// URI, or 'server-sync true' to the <clientstorage> of a "
            "ZConfig file (with %import ZEO: <zeoclient> does not know it)"
        )


def _refuse_replicas(storage: Any) -> None:
    if storage._options.ro_replica_conf:
        raise UnsafeStorage(
            "a read-only replica may be behind, and a revocation would not be seen there: take "
            "ro-replica-conf out of the storage's configuration"
        )


def _require_full_sync(adapter: Any) -> None:
    """Asks the connection that commits: what another says of itself proves nothing."""
    synchronous, journal = _ask(adapter, "PRAGMA synchronous", "PRAGMA journal_mode")
    if int(synchronous) < 2 or str(journal).lower() != "wal":
        raise UnsafeStorage(
            f"SQLite {sqlite3.sqlite_version} runs with synchronous={synchronous} and "
            f"journal_mode={journal}: FULL and WAL are needed so that nothing acknowledged is lost"
        )


def _require_durable_commits(adapter: Any) -> None:
    if ".postgresql." not in type(adapter).__module__:
        return
    fsync, commit = _ask(adapter, "SHOW fsync", "SHOW synchronous_commit")
    if "off" in (fsync, commit):
        raise UnsafeStorage(
            f"PostgreSQL runs with fsync={fsync} and synchronous_commit={commit}: both must be on, "
            "so that nothing acknowledged is lost"
        )


def _ask(adapter: Any, *questions: str) -> list[Any]:
    connection, cursor = adapter.connmanager.open_for_store()
    try:
        answers = []
        for question in questions:
            cursor.execute(question)
            answers.append(cursor.fetchone()[0])
        return answers
    finally:
        adapter.connmanager.rollback_and_close(connection, cursor)
