"""The ancestor's ``OIDC_EXTRA_SCOPE_CLAIMS``: a class with a ``scope_NAME`` method per scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zope.interface import implementer

from oidc_pyramid import plugins
from oidc_pyramid.compat.call import own_user, room
from oidc_pyramid.interfaces import IClaims, IClientClaims

SCOPE = "scope_"
INFO = "info_"
SUPPLIES = "supplies_"
Reader = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Token:
    """What the ancestor's classes and hooks read of its token record."""

    user: Any
    client: Any
    scope: list[str]


class ScopeClaims:
    """To derive from: ``self.user``, ``self.userinfo``, ``self.scopes``, ``self.client``.

    ``info_books = (title, description)`` is shown on the consent page, and
    ``supplies_books = ("shelf",)`` names in the metadata what ``scope_books`` may return.
    """

    user: Any
    userinfo: Mapping[str, Any]
    scopes: list[str]
    client: Any

    def __init__(self, token: Token) -> None:
        self.user, self.client, self.scopes = token.user, token.client, token.scope


class Everything(tuple[str, ...]):
    """``supplies`` of a method that does not say: it contains any name.

    The claims of the protocol are out of its reach: ours are put over them.
    """

    __slots__ = ()

    def __contains__(self, _name: object) -> bool:
        return True


@implementer(IClientClaims)
class ScopeMethod:
    """One ``scope_NAME`` method as the claims of that scope; of a standard scope it adds to
    what the scope has anyway."""

    def __init__(self, name: str, cls: type, userinfo: Reader, standard: Any = None) -> None:
        self.name = name
        supplies = tuple(getattr(cls, SUPPLIES + name, ()))
        known = standard.supplies if standard is not None else ()
        self.supplies = (*known, *supplies) if supplies else Everything(known)
        self._class = cls
        self._userinfo = userinfo
        self._standard = standard

    def __call__(self, account: Any) -> Mapping[str, object]:
        """Without a client."""
        return self.for_client(account, None, (self.name,))

    def for_client(self, account: Any, client: Any, scope: tuple[str, ...]) -> Mapping[str, object]:
        """Make the class anew, as the ancestor did for each answer, and call the one method."""
        user = own_user(account)
        claims = {} if self._standard is None else dict(self._standard(account))
        made = self._made(Token(user, client, list(scope)), account)
        method = getattr(made, SCOPE + self.name)
        return claims | dict((method(user) if room(method, 1) else method()) or {})

    def _made(self, token: Token, account: Any) -> Any:
        """By whatever constructor it has; what its methods read is set in any case."""
        first = (token.user, token.scope)  # the earliest releases: ``__init__(self, user, scopes)``
        takes = room(self._class, 2)
        made = self._class(*(first if takes == len(first) else (token,)[:takes]))
        made.user, made.client, made.scopes = token.user, token.client, token.scope
        made.userinfo = self._userinfo(account)
        getattr(made, "setup", lambda: None)()
        return made


def scopes_of(cls: type) -> Iterator[str]:
    """The scopes that a class speaks of, by its ``scope_`` and ``info_`` attributes."""
    names = {
        name.removeprefix(prefix)
        for name in dir(cls)
        for prefix in (SCOPE, INFO)
        if name.startswith(prefix)
    }
    return iter(sorted(names))


def methods(cls: type) -> set[str]:
    """The scopes that it has claims for."""
    return {name for name in scopes_of(cls) if hasattr(cls, SCOPE + name)}


def register(config: Any, cls: type, userinfo: Reader, standard: Mapping[str, Any]) -> None:
    """An ``IClaims`` per method and words for the consent page; also for the standard scopes."""
    for name in scopes_of(cls):
        if hasattr(cls, SCOPE + name):
            plugins.register(config, IClaims, ScopeMethod(name, cls, userinfo, standard.get(name)))
        info = getattr(cls, INFO + name, None)
        if info is not None or name not in standard:
            title, description = info or (name, "")
            config.add_oidc_scope(name, title, description)
