"""The query of a storage URI: what is for ``ZODB.DB``, what for the storage, what for nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oidc_pyramid.storage.refusals import DatabaseError

_FOR_DATABASE = {
    "pool_size": int,
    "pool_timeout": int,
    "cache_size": int,
    "cache_size_bytes": int,
    "large_record_size": int,
}
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


def for_database(given: dict[str, str]) -> dict[str, Any]:
    """Take out what ``ZODB.DB`` wants; ``connection_pool_size`` is zodburi's name for the same."""
    taken: dict[str, Any] = {}
    for name, read in _FOR_DATABASE.items():
        for spelling in (name, f"connection_{name}"):
            if spelling in given:
                taken[name] = read(given.pop(spelling))
    given.pop("database_name", None)
    return taken


def yes(text: str) -> bool:
    """A flag of a URI; raises ``ValueError`` for anything that is neither."""
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    msg = f"{text!r} is neither true nor false"
    raise ValueError(msg)


def refuse_rest(uri: str, given: Mapping[str, str]) -> None:
    """A misspelt option must not pass for the wanted one."""
    if given:
        raise DatabaseError(
            f"zodbconn.uri = {uri} has options that this storage does not know: {', '.join(given)}"
        )
