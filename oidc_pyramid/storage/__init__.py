"""The database: where it is, what may be read from it, and when the start-up is refused."""

from __future__ import annotations

from typing import Any

import pyramid_zodbconn
from ZODB import DB

from oidc_pyramid.storage.allowed import ClassNotAllowed, class_factory
from oidc_pyramid.storage.database import open_database
from oidc_pyramid.storage.refusals import (
    DRIVER_ERRORS,
    DatabaseError,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseUnavailable,
    ForeignDatabase,
    UnsafeStorage,
    WrongSchema,
    WrongSecret,
)
from oidc_pyramid.storage.work import ROOT_KEY, in_transaction, provider_in, snapshot

__all__ = [
    "DRIVER_ERRORS",
    "ROOT_KEY",
    "ClassNotAllowed",
    "DatabaseError",
    "DatabaseLocked",
    "DatabaseMissing",
    "DatabaseUnavailable",
    "ForeignDatabase",
    "UnsafeStorage",
    "WrongSchema",
    "WrongSecret",
    "class_factory",
    "in_transaction",
    "open_database",
    "provider_in",
    "snapshot",
]


def includeme(config: Any, *, create: bool = False) -> None:
    """Give the application its database, unless the host already has one."""
    if hasattr(config.registry, "_zodb_databases"):
        return

    def db_from_uri(_uri: str, name: str, databases: dict[str, DB]) -> DB:
        return open_database(
            config.registry.settings, create=create, name=name, databases=databases
        )

    pyramid_zodbconn.includeme(config, db_from_uri=db_from_uri)
