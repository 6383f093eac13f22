"""``oidc-pyramid purge``: remove what has expired, a small transaction after the other."""

from __future__ import annotations

import time

import click

from oidc_pyramid.models.shards import WIDTH
from oidc_pyramid.scripts.deployment import Deployment, in_transaction, provider_in
from oidc_pyramid.scripts.output import json_option, print_json
from oidc_pyramid.upkeep import pack_by_hand, sweep


@click.command()
@click.option("--pack", is_flag=True, help="Then give the space back; takes a while.")
@json_option
@click.pass_obj
def purge(deployment: Deployment, *, pack: bool, as_json: bool) -> None:
    """Remove expired sessions, authorizations and the like; nothing that lives is touched."""
    now = int(time.time())
    with deployment.database() as db:
        removed = sweep(db, deployment.settings, range(WIDTH), now=now)
        removed["keys"] = in_transaction(
            db, lambda root: len(provider_in(root).keys.expire(now=now))
        )
        if pack:
            pack_by_hand(db, now=now)
    if as_json:
        print_json(removed)
    else:
        click.echo(", ".join(f"{name}: {number}" for name, number in removed.items()))
