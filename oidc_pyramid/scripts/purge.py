"""``oidc-pyramid purge``: remove what has expired, a small transaction after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click
from ZODB import DB

from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.shards import WIDTH
from oidc_pyramid.models.sweep import jobs, sweep_shard
from oidc_pyramid.scripts.deployment import Deployment, in_transaction, provider_in, snapshot
from oidc_pyramid.scripts.output import json_option, print_json


@click.command()
@json_option
@click.pass_obj
def purge(deployment: Deployment, *, as_json: bool) -> None:
    """Remove expired sessions, authorizations and the like; nothing that lives is touched."""
    batch, now = deployment.settings.sweep_batch, int(time.time())
    with deployment.database() as db:
        removed = {name: _purge_tree(db, name, now, batch) for name in _names(db)}
        removed["keys"] = in_transaction(
            db, lambda root: len(provider_in(root).keys.expire(now=now))
        )
    if as_json:
        print_json(removed)
    else:
        click.echo(", ".join(f"{name}: {number}" for name, number in removed.items()))


def _names(db: DB) -> Iterator[str]:
    with snapshot(db) as root:
        yield from [name for name, _, _ in jobs(provider_in(root))]


def _purge_tree(db: DB, name: str, now: int, batch: int) -> int:
    return sum(_purge_shard(db, name, index, now, batch) for index in range(WIDTH))


def _purge_shard(db: DB, name: str, index: int, now: int, batch: int) -> int:
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
    shards, expired = next((s, e) for known, s, e in jobs(provider) if known == name)
    return sweep_shard(shards.shards()[index], expired, now=now, batch=batch)
