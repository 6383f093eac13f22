"""Removing what has expired: small batches, a shard per transaction, never a live thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from persistent import Persistent

from oidc_pyramid.models.pin import pin
from oidc_pyramid.models.shards import WIDTH, Shard, Shards, walk

if TYPE_CHECKING:
    from oidc_pyramid.models.provider import Provider

LATER = 366 * 24 * 3600


class SweepMark(Persistent):
    """Which process sweeps, when it last said so, and the shard where the next round begins; and
    when the database was packed: once per deployment, not per worker."""

    owner: str = ""
    seen_at: int = 0
    position: int = 0
    packed_at: int = 0

    def claim(self, owner: str, *, now: int, interval: int) -> bool:
        """True when *owner* may sweep now; two who claim at once conflict."""
        if self.owner != owner and now < self.seen_at + 2 * interval:
            return False
        self.owner, self.seen_at = owner, now
        return True

    def advance(self, shards: int) -> None:
        """So many were looked at."""
        self.position = (self.position + shards) % WIDTH

    def claim_pack(self, *, now: int, interval: int) -> bool:
        """True when a pack is due, and whoever asks has to make it. The first is due *interval*
        after somebody has asked, and so is the next one after a clock that was wrong."""
        known = 0 < self.packed_at <= now
        if known and now < self.packed_at + interval:
            return False
        self.note_pack(now=now)
        return known

    def note_pack(self, *, now: int) -> None:
        """Somebody packs: until the next one is due, nobody else does."""
        self.packed_at = now


class Look(NamedTuple):
    """What was there: how many entries, and which of them are due."""

    seen: int
    due: tuple[str, ...]


def jobs(provider: Provider) -> Iterator[tuple[str, Shards]]:
    """What is swept: a name, and the shards."""
    browsers, sessions = provider.browsers.trees()
    yield "authorizations", provider.authorizations.tree()
    yield "sessions", sessions
    yield "browsers", browsers
    yield "assertions", provider.assertions
    yield "denylist", provider.denylist.tree()
    yield "registration tokens", provider.registration_tokens.tree()
    yield "grants", provider.grants.tree()


def look(shard: Shard, *, now: int) -> Look:
    """Walk over the keys of one shard. An entry is an expiry, or (when to look, object)."""
    seen, due = 0, []
    for key, entry in walk(shard.data):
        seen += 1
        if (entry[0] if isinstance(entry, tuple) else entry) <= now:
            due.append(key)
    return Look(seen, tuple(due))


def sweep_shard(shard: Shard, keys: Iterable[str], *, now: int) -> int:
    """Remove those of *keys* that have expired; returns how many.

    What lasts longer than was known is looked at again at its new time. ``swept_until`` is raised
    in the same transaction: a code that expires at or before it is refused, so a removed
    redemption marker can't make a code good again.
    """
    removed = 0
    for key in keys:
        entry = shard.data.get(key)
        if entry is None:
            continue
        until = _until(entry, now)
        if until <= now:
            if isinstance(entry, tuple):
                pin(entry[1])  # a grant that begins anew at this moment stays
            del shard.data[key]
            removed += 1
        elif isinstance(entry, tuple):
            shard.data[key] = (until, entry[1])
    if removed:
        shard.swept_until = max(shard.swept_until, now)
    return removed


def _until(entry: Any, now: int) -> int:
    """When it may go. What does not expire by itself is asked again in a year; what was loaded
    only to ask is not kept in the cache."""
    if not isinstance(entry, tuple):
        return int(entry)
    value = entry[1]
    loaded = value._p_changed is not None
    until = value.until
    if not loaded:
        value._p_deactivate()
    return now + LATER if until is None else int(until)


def unused_clients(provider: Provider, *, now: int, life: int, batch: int) -> Look:
    """Delete clients that registered themselves *life* seconds ago and were never used.

    Each is looked at once in its life, when it is that old: how many were, and who went.
    """
    clients, gone = provider.clients, []
    found = clients.unsettled(before=now - life, most=batch)
    for registered in found:
        client = clients.get(registered[1])
        if client is not None and client.created_at == registered[0] and not client.used:
            clients.delete(client, now=now)
            gone.append(client.client_id)
        clients.settle(registered)
    return Look(len(found), tuple(gone))
