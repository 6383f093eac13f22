"""Discovery and JWKS from memory: an answer that was given once is given again, before Pyramid
and pyramid_tm, for as long as the ring of keys is what it was.

Each time the database is asked: a rotation by another process shows at the next request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import Any

from pyramid.interfaces import IExecutionPolicy
from transaction import TransactionManager
from ZODB.POSException import POSError, StorageError

from oidc_pyramid.interfaces import IKeysFactory
from oidc_pyramid.root import LATE
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.safe import RingKeysFactory
from oidc_pyramid.storage import DRIVER_ERRORS, DatabaseError, provider_in

log = logging.getLogger("oidc_pyramid.storage")

UNREADABLE = (POSError, StorageError, DatabaseError, *DRIVER_ERRORS)

DOCUMENTS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/jwks",
)

Policy = Callable[[Any, Any], Any]
State = tuple[tuple[str, str], ...]


class Ring:
    """The published keys as the database has them now, seen through one connection.

    Those who ask take turns: it takes less time than opening a connection each.
    """

    def __init__(self, database: Any) -> None:
        self._database = database
        self._manager = TransactionManager()  # closing the database aborts whatever is open
        self._connection: Any = None
        self._lock = Lock()

    def state(self) -> State | None:
        """Key ids and states; None when the database does not answer."""
        with self._lock:
            try:
                return self._look()
            except UNREADABLE as error:
                log.warning("the ring of keys could not be read: %s", error)
                self._forget()
                return None

    def _look(self) -> State:
        if self._connection is None:
            self._connection = self._database.open(self._manager)
            self._connection.explicit_transactions = True  # no snapshot between two looks
        self._manager.begin()
        try:
            keys = provider_in(self._connection.root()).keys
            return tuple((key.kid, key.state) for key in keys.published())
        finally:
            self._manager.abort()

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Remembering:
    """An execution policy: a document of ours from memory, everything else as before."""

    def __init__(self, policy: Policy, ring: Ring) -> None:
        self._policy = policy
        self._ring = ring
        self._answers: dict[tuple[str, ...], tuple[State, Any]] = {}

    def __call__(self, environ: dict[str, Any], router: Any) -> Any:
        """Pyramid's ``IExecutionPolicy``."""
        if environ.get("PATH_INFO") not in DOCUMENTS or not _plain(environ):
            return self._policy(environ, router)
        state = self._ring.state()
        address = _address(environ)
        known = self._answers.get(address)
        if known is not None and known[0] == state:
            return known[1]
        response = self._policy(environ, router)
        if state is not None and _memorable(response):
            self._answers[address] = (state, response)
        return response


def _plain(environ: dict[str, Any]) -> bool:
    """A GET without anything that could change the answer; ``If-None-Match`` is the response's."""
    return environ["REQUEST_METHOD"] == "GET" and not environ.get("QUERY_STRING")


def _address(environ: dict[str, Any]) -> tuple[str, ...]:
    """Few: an answer is remembered for our own hosts alone, in whatever case they are written."""
    names = ("wsgi.url_scheme", "SCRIPT_NAME", "PATH_INFO")
    return (environ.get("HTTP_HOST", "").lower(), *(environ.get(name, "") for name in names))


def _memorable(response: Any) -> bool:
    """The same for everybody who asks at that address."""
    return (
        response.status_code == 200 and not response.vary and "Set-Cookie" not in response.headers
    )


def includeme(config: Any) -> None:
    """Around the policy that is registered when everything else has been. Where a host has keys of
    its own, only they know whether a document has changed."""
    registry = config.registry

    def wrap() -> None:
        if not isinstance(registry.getUtility(IKeysFactory), RingKeysFactory):
            return
        database = registry.getUtility(Runtime.interface).database
        ring = Ring(registry._zodb_databases[database])  # noqa: SLF001 - pyramid_zodbconn's name
        policy = registry.getUtility(IExecutionPolicy)
        registry.registerUtility(Remembering(policy, ring), IExecutionPolicy)

    config.action(("oidc", "documents"), wrap, order=LATE + 20)
