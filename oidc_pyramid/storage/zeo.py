"""``zeo://HOST:PORT`` or ``zeo:///run/zeo.sock``: a ZEO server, for several machines.

ZEO has no authentication of its own: a unix socket, loopback, or TLS by ``zconfig://``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oidc_pyramid.storage.arguments import for_database, refuse_rest, yes
from oidc_pyramid.storage.opening import Opening
from oidc_pyramid.storage.refusals import DatabaseError

DEFAULT_PORT = 9991
START_WAITS = 5
REQUEST_WAITS = 0.25
_KNOWN: dict[str, Callable[[str], Any]] = {
    "storage": str,
    "name": str,
    "client_label": str,
    "cache_size": int,
    "wait_timeout": int,
    "server_sync": yes,
    "wait": yes,
    "read_only": yes,
}


def find(uri: str, *, create: bool) -> Opening:
    """The resolver of zodburi does not know ``server_sync``, without which we don't start.

    ``wait_timeout`` (seconds) is how long the start waits for the server. A request waits only for
    as long as it takes to connect again: while the server is gone, those that wait would soon be all
    that a worker can serve.
    """
    parts = urlsplit(uri)
    address: Any = parts.path
    if parts.netloc:
        address = (parts.hostname or "127.0.0.1", parts.port or DEFAULT_PORT)
    elif not parts.path:
        raise DatabaseError(f"zodbconn.uri = {uri}: write zeo://127.0.0.1:8100?server_sync=true")
    given = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {"wait_timeout": START_WAITS}
    options |= {key: _KNOWN[key](given.pop(key)) for key in _KNOWN if key in given}
    arguments = for_database(given)
    refuse_rest(uri, given)
    return Opening(uri, lambda: _open(address, options), arguments)


def _open(address: Any, options: dict[str, Any]) -> Any:
    from ZEO.ClientStorage import ClientStorage

    storage = ClientStorage(address, **options)
    careful(storage)
    return storage


def careful(storage: Any) -> None:
    """Make what ZEO has opened keep our rules; other storages are left alone."""
    from ZEO.ClientStorage import ClientStorage

    if type(storage) is ClientStorage:
        storage.__class__ = _current_class()
        storage._server.timeout = REQUEST_WAITS


@cache
def _current_class() -> type[Any]:
    from ZEO.ClientStorage import ClientStorage

    class CurrentClientStorage(ClientStorage):
        """``server_sync`` as it is meant: a transaction sees all that was acknowledged before it.

        ZEO (6.2) asks the server once, and believes that the answer comes after the news of every
        commit. But its server acknowledges a commit at once and tells the others in the next round of
        its loop: a question that it reads in the same round is answered before the news. The second
        question can only be read in a later round.
        """

        @property
        def sync(self) -> Any:
            """What a transaction begins with."""
            return self._ask_twice if self.server_sync else lambda: None

        @sync.setter
        def sync(self, _asks_once: Any) -> None:
            """ZEO sets its own with each connection."""

        def _ask_twice(self) -> None:
            for _ in range(2):
                self._call("ping")

    return CurrentClientStorage
