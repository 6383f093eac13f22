"""What the running server does beside the requests: remove what has expired, tend the keys.

Once per deployment, not per worker: whoever claims the mark does it (``SweepMark``). A round looks
at a part of the shards, so that a large database is never read at once.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Iterable
from typing import Any

from ZODB import DB

from oidc_pyramid.background import Worker
from oidc_pyramid.key_rotation import tend
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.shards import WIDTH, Shards
from oidc_pyramid.models.sweep import Expired, has_expired, jobs, sweep_shard, unused_clients
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.settings import Settings
from oidc_pyramid.storage import in_transaction, provider_in, snapshot

log = logging.getLogger("oidc_pyramid.upkeep")

ROUNDS = 8


def one_round(db: DB, settings: Settings, owner: str, *, now: int) -> dict[str, int] | None:
    """What was removed, by kind; None when another process does it."""
    if not _claimed(db, settings, owner, now):
        return None
    part = (now // max(1, settings.sweep_interval)) % ROUNDS
    removed = sweep(db, settings, range(part, WIDTH, ROUNDS), now=now)
    for sentence in in_transaction(
        db, lambda root: tend(provider_in(root).keys, settings, now=now)
    ):
        log.info("%s", sentence)
    return removed


def _claimed(db: DB, settings: Settings, owner: str, now: int) -> bool:
    interval = settings.sweep_interval
    return in_transaction(
        db, lambda root: provider_in(root).sweep_mark.claim(owner, now=now, interval=interval)
    )


def sweep(db: DB, settings: Settings, shards: Iterable[int], *, now: int) -> dict[str, int]:
    """Remove what has expired from these shards of every tree; counts by kind."""
    indices = tuple(shards)
    with snapshot(db) as root:
        names = [name for name, _, _ in jobs(provider_in(root))]
    removed = {
        name: sum(
            _empty(db, name, index, now, settings.sweep_batch)
            for index in _due(db, name, indices, now)
        )
        for name in names
    }
    life = settings.registration_unused_expire
    removed["clients"] = in_transaction(
        db,
        lambda root: unused_clients(
            provider_in(root), now=now, life=life, batch=settings.sweep_batch
        ),
    )
    return removed


def _due(db: DB, name: str, indices: tuple[int, ...], now: int) -> list[int]:
    """The shards in which something has expired: one look, so that the rest costs no more."""
    with snapshot(db) as root:
        shards, expired = _job(provider_in(root), name)
        return [i for i in indices if has_expired(shards.shards()[i], expired, now=now)]


def _job(provider: Provider, name: str) -> tuple[Shards, Expired]:
    return next((shards, expired) for known, shards, expired in jobs(provider) if known == name)


def _empty(db: DB, name: str, index: int, now: int, batch: int) -> int:
    """Batch after batch, each committed, until nothing in the shard has expired."""
    total = 0
    while True:
        removed = in_transaction(
            db, lambda root: _sweep(provider_in(root), name, index, now, batch)
        )
        total += removed
        if removed < batch:
            return total


def _sweep(provider: Provider, name: str, index: int, now: int, batch: int) -> int:
    shards, expired = _job(provider, name)
    return sweep_shard(shards.shards()[index], expired, now=now, batch=batch)


def includeme(config: Any) -> None:
    """A worker that starts with the application's first request, so that it survives a fork."""
    registry = config.registry
    runtime: Runtime = registry.getUtility(Runtime.interface)
    name = secrets.token_hex(4)

    def work() -> None:
        db = registry._zodb_databases[runtime.database]  # noqa: SLF001 - pyramid_zodbconn's name
        owner = f"{os.getpid()}-{name}"
        removed = one_round(db, runtime.settings, owner, now=int(time.time()))
        if removed and any(removed.values()):
            log.info("removed %s", ", ".join(f"{n} {name}" for name, n in removed.items() if n))

    runtime.upkeep = Worker("oidc-upkeep", work, runtime.settings.sweep_interval)
