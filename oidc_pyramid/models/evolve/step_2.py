"""Schema 2: beside each thing that expires lies when the sweep is to look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oidc_pyramid.models.shards import Expiring, Shards

if TYPE_CHECKING:
    from oidc_pyramid.models.provider import Provider

AT_A_TIME = 10_000


def run(provider: Provider) -> None:
    """New shards for authorizations, browsers, sessions, grants and registration tokens."""
    for holder, name in (
        (provider.authorizations, "_data"),
        (provider.browsers, "_browsers"),
        (provider.browsers, "_sessions"),
        (provider.grants, "_data"),
        (provider.registration_tokens, "_data"),
    ):
        shards = getattr(holder, name)
        if not isinstance(shards, Expiring):
            setattr(holder, name, _expiring(shards))


def _expiring(old: Shards) -> Expiring:
    new = Expiring()
    for before, after in zip(old.shards(), new.shards(), strict=True):
        after.swept_until = before.swept_until
    for number, (key, value) in enumerate(old.items()):
        new.insert(key, value, look_at=value.until or 0)
        value._p_deactivate()
        if old._p_jar is not None and number % AT_A_TIME == 0:
            old._p_jar.cacheGC()
    return new
