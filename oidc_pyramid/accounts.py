"""Our own people as ``IAccounts``. A host with its own users replaces this."""

from __future__ import annotations

from collections.abc import MutableMapping
from hashlib import sha256
from typing import Any

from zope.interface import implementer

from oidc_pyramid.interfaces import IAccounts
from oidc_pyramid.models.pin import pin
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.users import User
from oidc_pyramid.passwords import Passwords


@implementer(IAccounts)
class OwnAccounts:
    """The users in the database.

    ``memo`` outlives a retry of the request, so that a conflict does not hash a second time.
    """

    def __init__(
        self, provider: Provider, passwords: Passwords, memo: MutableMapping[str, Any]
    ) -> None:
        self._users = provider.users
        self._passwords = passwords
        self._memo = memo
        self._at_hand: dict[str, User] = {}

    def expect(self, user: User) -> None:
        """Whoever is asked for next is this one, perhaps: the record need not be looked for."""
        self._at_hand[user.id] = user

    def get(self, account_id: str) -> User | None:
        """The user, unless disabled or deleted."""
        user = self._at_hand.get(account_id) or self._users.get(account_id)
        return user if user is not None and user.active else None

    def by_userid(self, userid: Any) -> User | None:
        """Our user ids are the accounts' ids."""
        return self.get(str(userid))

    def authenticate(self, username: str, password: str) -> User | None:
        """The user when name and password are right, with the same work when they are not."""
        user = self._users.by_username(username)
        hashed = user.password_hash if user is not None and user.active else None
        if not self._verify(hashed, password):
            return None
        if user is not None and hashed is not None and self._passwords.outdated(hashed):
            user.rehash(self._passwords.hash(password))
        return user

    def _verify(self, hashed: str | None, password: str) -> bool:
        tried = sha256(f"{hashed}\0{password}".encode("utf-8", "surrogatepass")).hexdigest()
        known = self._memo.get("oidc.password")
        if known is None or known[0] != tried:
            known = (tried, self._passwords.verify(hashed, password))
            self._memo["oidc.password"] = known
        return bool(known[1])

    def pin(self, account: User) -> None:
        """A disable at the same time fails this commit."""
        pin(account)
