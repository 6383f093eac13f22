"""Removing what has expired: small batches, a shard per transaction, never a live thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from persistent import Persistent

from oidc_pyramid.models.shards import Shard, Shards

if TYPE_CHECKING:
    from oidc_pyramid.models.provider import Provider


class SweepMark(Persistent):
    """Which process sweeps, and when it last said so: once per deployment, not per worker."""

    owner: str = ""
    seen_at: int = 0

    def claim(self, owner: str, *, now: int, interval: int) -> bool:
        """True when *owner* may sweep now; two who claim at once conflict."""
        if self.owner != owner and now < self.seen_at + 2 * interval:
            return False
        self.owner, self.seen_at = owner, now
        return True


Expired = Callable[[Any, int], bool]


def jobs(provider: Provider) -> Iterator[tuple[str, Shards, Expired]]:
    """What is swept: a name, the shards, and when a value may go."""
    browsers, sessions = provider.browsers.trees()
    yield "authorizations", provider.authorizations.tree(), _authorization_expired
    yield "sessions", sessions, _session_expired
    yield "browsers", browsers, lambda browser, now: browser.expires_at <= now
    yield "assertions", provider.assertions, lambda expires_at, now: expires_at <= now
    yield "denylist", provider.denylist.tree(), lambda expires_at, now: expires_at <= now
    yield "registration tokens", provider.registration_tokens.tree(), _token_expired
    yield "grants", provider.grants.tree(), _grant_expired


def _authorization_expired(authorization: Any, now: int) -> bool:
    return bool(authorization.keep_until <= now)


def _session_expired(session: Any, now: int) -> bool:
    return session.expires_at <= now or session.ended_at is not None


def _token_expired(token: Any, now: int) -> bool:
    return bool(token.expires_at <= now)


def _grant_expired(grant: Any, now: int) -> bool:
    """A revoked grant goes when nothing made under it can still be alive (a year)."""
    return grant.ended_at is not None and grant.ended_at + 366 * 24 * 3600 <= now


def sweep_shard(shard: Shard, expired: Expired, *, now: int, batch: int) -> int:
    """Remove up to *batch* expired entries of one shard; returns how many.

    ``swept_until`` is raised first, in the same transaction: a code that expires at or before
    it is refused, so a removed redemption marker can't make a code good again.
    """
    over: list[str] = []
    for key, value in shard.data.items():
        if _is_over(value, expired, now):
            over.append(key)
        if len(over) == batch:
            break
    if over:
        shard.swept_until = max(shard.swept_until, now)
        for key in over:
            del shard.data[key]
    return len(over)


def has_expired(shard: Shard, expired: Expired, *, now: int) -> bool:
    """Whether there is anything to remove."""
    return any(_is_over(value, expired, now) for value in shard.data.values())


def _is_over(value: Any, expired: Expired, now: int) -> bool:
    """Whether it may go; what was loaded only to ask is not kept in the cache."""
    loaded = getattr(value, "_p_changed", True) is not None
    over = expired(value, now)
    if not loaded and not over:
        value._p_deactivate()
    return over


def unused_clients(provider: Provider, *, now: int, life: int, batch: int) -> int:
    """Delete clients that registered themselves *life* seconds ago and were never used."""
    if not life:
        return 0
    over = [c for c in provider.clients if c.dynamic and not c.used and c.created_at + life <= now]
    for client in over[:batch]:
        provider.clients.delete(client, now=now)
    return len(over[:batch])
