"""What the running server does beside the requests: remove what has expired, tend the keys, pack.

Once per deployment, not per worker: whoever claims the mark does it (``SweepMark``). A round goes on
where the last one stopped. It walks over keys, which lie together, and loads what is due alone.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ZODB import DB

from oidc_pyramid.background import Worker
from oidc_pyramid.key_rotation import tend
from oidc_pyramid.models.shards import WIDTH
from oidc_pyramid.models.sweep import Look, jobs, look, sweep_shard, unused_clients
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.settings import Settings
from oidc_pyramid.storage import in_transaction, provider_in, snapshot
from oidc_pyramid.storage.packing import is_embedded, pack
from oidc_pyramid.storage.refusals import PackRefused

log = logging.getLogger("oidc_pyramid.upkeep")

ROUND = 32
CHECK = 300
LOOKS = 100_000


def one_round(db: DB, settings: Settings, owner: str, *, now: int) -> Counter[str] | None:
    """What was removed, by kind; None when another process does it."""
    position = _claimed(db, settings, owner, now)
    if position is None:
        return None
    with _apart("the keys were not tended"):
        for sentence in in_transaction(
            db, lambda root: tend(provider_in(root).keys, settings, now=now)
        ):
            log.info("%s", sentence)
    removed, shards = _some(db, settings, position, now)
    with _apart("unused clients were not removed"):
        removed["clients"] = _unused_clients(db, settings, now)
    in_transaction(db, lambda root: provider_in(root).sweep_mark.advance(shards))
    return removed


@contextmanager
def _apart(what: str) -> Iterator[None]:
    """A part of the round that fails is logged, and keeps nobody from doing the others."""
    try:
        yield
    except Exception:
        log.exception("%s; the next round tries again", what)


def _claimed(db: DB, settings: Settings, owner: str, now: int) -> int | None:
    """Where this round begins, if it is ours."""
    interval = settings.sweep_interval

    def claim(root: Any) -> int | None:
        mark = provider_in(root).sweep_mark
        return mark.position if mark.claim(owner, now=now, interval=interval) else None

    return in_transaction(db, claim)


def _some(db: DB, settings: Settings, position: int, now: int) -> tuple[Counter[str], int]:
    """An eighth of the shards, or fewer where they are full: the more there is, the longer it
    takes until all was looked at, so a round costs no more than what it removes and so many looks.
    """
    removed: Counter[str] = Counter()
    looks = shards = 0
    while shards < ROUND and looks < LOOKS:
        index = (position + shards) % WIDTH
        with _apart(f"shard {index} was not swept"):
            seen, gone = _sweep_index(db, settings, index, now)
            removed, looks = removed + gone, looks + seen
        shards += 1
    return removed, shards


def sweep(db: DB, settings: Settings, shards: Iterable[int], *, now: int) -> dict[str, int]:
    """Remove what has expired from these shards of every tree, now; counts by kind."""
    with snapshot(db) as root:
        removed = dict.fromkeys((name for name, _ in jobs(provider_in(root))), 0)
    for index in shards:
        for name, number in _sweep_index(db, settings, index, now)[1].items():
            removed[name] += number
    removed["clients"] = _unused_clients(db, settings, now)
    return removed


def _sweep_index(db: DB, settings: Settings, index: int, now: int) -> tuple[int, Counter[str]]:
    """One shard of every tree: how many entries were walked over, and what was removed."""
    with snapshot(db) as root:
        looks = {
            name: look(shards.shards()[index], now=now) for name, shards in jobs(provider_in(root))
        }
    removed = Counter(
        {
            name: _remove(db, name, index, now, settings.sweep_batch, found.due)
            for name, found in looks.items()
            if found.due
        }
    )
    return sum(found.seen for found in looks.values()), removed


def _remove(db: DB, name: str, index: int, now: int, batch: int, due: tuple[str, ...]) -> int:
    """Batch after batch, each committed."""

    def work(root: Any, keys: tuple[str, ...]) -> int:
        shards = dict(jobs(provider_in(root)))[name]
        return sweep_shard(shards.shards()[index], keys, now=now)

    parts = (due[start : start + batch] for start in range(0, len(due), batch))
    return sum(in_transaction(db, partial(work, keys=part)) for part in parts)


def _unused_clients(db: DB, settings: Settings, now: int) -> int:
    """Batch after batch, each committed; 0 is for ever."""
    life, batch, removed = settings.registration_unused_expire, settings.sweep_batch, 0

    def work(root: Any) -> Look:
        return unused_clients(provider_in(root), now=now, life=life, batch=batch)

    while life:
        found = in_transaction(db, work)
        removed += len(found.due)
        if found.seen < batch:
            break
    return removed


def pack_by_hand(db: DB, *, now: int, keep: float = 0) -> tuple[int, int]:
    """As a command does it: a server, which packs now and then, need not for a while. The bytes
    before and after."""
    sizes = pack(db, keep=keep)
    in_transaction(db, lambda root: provider_in(root).sweep_mark.note_pack(now=now))
    return sizes


def pack_if_due(db: DB, settings: Settings, *, now: int) -> bool:
    """Pack an embedded database, unless that was done a short while ago; whether it was done now."""

    def claim(root: Any) -> bool:
        mark = provider_in(root).sweep_mark
        return mark.claim_pack(now=now, interval=settings.pack_interval)

    if not (is_embedded(db) and in_transaction(db, claim)):
        return False
    began = time.monotonic()
    try:
        before, after = pack(db, keep=settings.pack_keep)
    except PackRefused as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says it all
        return False
    log.info("packed in %.1f s: %d bytes before, %d now", time.monotonic() - began, before, after)
    return True


def includeme(config: Any) -> None:
    """Workers that start with the application's first request, so that they survive a fork."""
    registry = config.registry
    runtime: Runtime = registry.getUtility(Runtime.interface)
    name = secrets.token_hex(4)

    def database() -> DB:
        return registry._zodb_databases[runtime.database]  # noqa: SLF001 - pyramid_zodbconn's name

    def work() -> None:
        owner = f"{os.getpid()}-{name}"
        removed = one_round(database(), runtime.settings, owner, now=int(time.time()))
        if removed and any(removed.values()):
            log.info("removed %s", ", ".join(f"{n} {name}" for name, n in removed.items() if n))

    def pack_now_and_then() -> None:
        pack_if_due(database(), runtime.settings, now=int(time.time()))

    runtime.upkeep = Worker("oidc-upkeep", work, runtime.settings.sweep_interval)
    runtime.packing = Worker(
        "oidc-pack", pack_now_and_then, min(CHECK, runtime.settings.pack_interval)
    )
