"""Work on the database without a request: a look at it, or a change that is tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from transaction import TransactionManager
from ZODB import DB

from oidc_pyramid.models.provider import Provider
from oidc_pyramid.storage.refusals import DatabaseMissing, ForeignDatabase

ROOT_KEY = "oidc_pyramid"
TRIES = 5

T = TypeVar("T")


@contextmanager
def snapshot(db: DB) -> Iterator[Mapping[str, Any]]:
    """The root of the database, for reading."""
    manager = TransactionManager(explicit=True)
    connection = db.open(manager)
    manager.begin()
    try:
        yield connection.root()
    finally:
        manager.abort()
        connection.close()


def in_transaction(db: DB, work: Callable[[Any], T]) -> T:
    """Commit what *work* does to the root; it is run again after a conflict."""
    manager = TransactionManager(explicit=True)
    connection = db.open(manager)
    try:
        for attempt in manager.attempts(TRIES):
            with attempt:
                result = work(connection.root())
    finally:
        connection.close()
    return result


def provider_in(root: Mapping[str, Any]) -> Provider:
    """The provider, or a sentence about what is there instead."""
    provider = root.get(ROOT_KEY)
    if provider is None:
        raise DatabaseMissing("the database holds no provider: run 'oidc-pyramid init' first")
    if not isinstance(provider, Provider):
        raise ForeignDatabase(f"what the database calls {ROOT_KEY} is not ours")
    return provider
