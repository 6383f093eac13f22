"""A Grant is (account, client): remembered consent, and the handle to revoke all of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from persistent import Persistent

from oidc_pyramid.models.pin import pin
from oidc_pyramid.models.shards import Expiring, Shards
from oidc_pyramid.models.users import User

REVOKED_KEPT = 366 * 24 * 3600


class Grant(Persistent):
    """What one person has allowed one client, over all of its requests.

    ``scope`` is what tokens may carry; ``remembered`` what need not be asked again before
    ``expires_at``. ``generation`` grows when it is revoked: older authorizations are dead.
    It starts at random: a grant that is made after the sweep has removed a revoked one does not
    bring back what rested on that. ``person`` is the account where it is one of ours: whoever has
    the grant need not look for the account as well.
    """

    account_id: str = ""
    client_id: str = ""
    scope: tuple[str, ...] = ()
    remembered: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    granted_at: int = 0
    expires_at: int = 0
    ended_at: int | None = None
    generation: int = 1
    consent_generation: int = 0
    person: User | None = None

    def __init__(self, account_id: str, client_id: str, *, now: int) -> None:
        self.account_id = account_id
        self.client_id = client_id
        self.granted_at = now
        self.generation = secrets.randbits(31) + 1

    @property
    def active(self) -> bool:
        """False once revoked."""
        return self.ended_at is None

    @property
    def until(self) -> int | None:
        """When it may be forgotten: a revoked one, when nothing made under it can be alive."""
        return None if self.ended_at is None else self.ended_at + REVOKED_KEPT

    def allow(self, scope: tuple[str, ...], *, now: int) -> None:
        """Widen by *scope*; a grant that was revoked starts anew, its past stays dead. So does
        what carries a scope that was taken back and is given again: it would have it, too."""
        if not self.active:
            self.ended_at = None
            self.scope = ()
            self.remembered = ()
            self.granted_at = now
        if set(scope) & set(self.withdrawn):
            self.generation += 1
            self.withdrawn = tuple(s for s in self.withdrawn if s not in scope)
        self.scope = tuple(dict.fromkeys((*self.scope, *scope)))

    def remember(self, scope: tuple[str, ...], *, until: int, consent_generation: int) -> None:
        """Don't ask for *scope* again before *until* (seconds)."""
        self.remembered = tuple(dict.fromkeys((*self.remembered, *scope)))
        self.expires_at = until
        self.consent_generation = consent_generation

    def recalls(self, scope: tuple[str, ...], *, now: int, consent_generation: int) -> bool:
        """True when all of *scope* was consented to, not too long ago, for this same client."""
        fresh = self.active and now < self.expires_at
        same = consent_generation == self.consent_generation
        return fresh and same and set(scope) <= set(self.remembered)

    def withdraw(self, scope: tuple[str, ...]) -> None:
        """Take scopes back: tokens that carry them lose them now."""
        self.withdrawn = (*self.withdrawn, *(s for s in self.scope if s in scope))
        self.scope = tuple(s for s in self.scope if s not in scope)
        self.remembered = tuple(s for s in self.remembered if s not in scope)

    def end(self, *, now: int) -> None:
        """Revoked: everything that rests on this grant is inactive."""
        self.ended_at = now
        self.generation += 1
        self.remembered = ()


class Grants(Persistent):
    """All grants, by account and client; those of one account lie together."""

    def __init__(self) -> None:
        self._data = Expiring()

    def get(self, account_id: str, client_id: str) -> Grant | None:
        """The grant, revoked or not."""
        found: Grant | None = self._data.get(f"{account_id}:{client_id}")
        return found

    def obtain(self, account_id: str, client_id: str, *, now: int, account: object = None) -> Grant:
        """The grant, made if it is not there; two makers at once conflict."""
        grant = self.get(account_id, client_id)
        if grant is None:
            grant = Grant(account_id, client_id, now=now)
            key = f"{account_id}:{client_id}"
            self._data.insert(key, grant, look_at=now + REVOKED_KEPT)
        if grant.person is None and isinstance(account, User):
            grant.person = pin(account)  # who is deleted meanwhile is not kept by this
        return grant

    def of(self, account_id: str) -> Iterator[Grant]:
        """The active grants of one account."""
        return (grant for _, grant in self._data.of(account_id) if grant.active)

    def remove(self, grant: Grant) -> None:
        """Unlink a grant that has ended (the sweep, or a deleted account)."""
        self._data.remove(f"{grant.account_id}:{grant.client_id}")

    def tree(self) -> Shards:
        """For the sweep."""
        return self._data
