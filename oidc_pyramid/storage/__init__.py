"""The database: where it is, what may be read from it, and when the start-up is refused."""

from __future__ import annotations

from typing import Any

import pyramid_zodbconn
from ZODB import DB

from oidc_pyramid.settings.convert import text
from oidc_pyramid.settings.sources import fetch
from oidc_pyramid.storage.allowed import ClassNotAllowed, class_factory
from oidc_pyramid.storage.database import adopt, open_database, uri_of
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
    """Give the application its databases, ours among them. Where the host has included
    ``pyramid_zodbconn`` before us, take the one that it has opened; after us it does nothing."""
    settings = config.registry.settings
    ours = text.read(fetch("oidc.database", settings.get("oidc.database", "")))
    first = config.action_state.processSpec("pyramid_zodbconn:includeme")
    if not first or hasattr(config.registry, "_zodb_databases"):
        adopt(config.registry._zodb_databases, ours, settings)
        return
    uri_of(settings, ours)

    def db_from_uri(uri: str, name: str, databases: dict[str, DB]) -> DB:
        if name != ours:
            return pyramid_zodbconn.db_from_uri(uri, name, databases)
        return open_database(settings, create=create, name=name, databases=databases)

    pyramid_zodbconn.includeme(config, db_from_uri=db_from_uri)
    config.registry._zodb_databases[ours].setActivityMonitor(None)  # nobody reads what it counts
