"""``oidc-pyramid pack``: give back the space of what was removed or replaced."""

from __future__ import annotations

import time

import click

from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.output import say
from oidc_pyramid.storage.packing import DAY
from oidc_pyramid.upkeep import pack_by_hand

LONGEST = 36_500


def _checked(_ctx: click.Context, _param: click.Parameter, days: float) -> float:
    """No number that a clock can't go back to; "not a number" is none either."""
    if not 0 <= days <= LONGEST:
        raise click.BadParameter(f"days are from 0 to {LONGEST}")
    return days


@click.command()
@click.option(
    "--days",
    default=0.0,
    callback=_checked,
    help="Keep old revisions of the last days, where any are kept.",
)
@click.pass_obj
def pack(deployment: Deployment, days: float) -> None:
    """Free the space of what nothing refers to any more; takes a while. Run `purge` before it.

    While the server runs, except on a FileStorage, which one process at a time has open: its server
    packs it by itself (`oidc.pack_interval`).
    """
    now = int(time.time())
    with deployment.database() as db:
        before, after = pack_by_hand(db, now=now, keep=days * DAY)
    say(f"Packed: {before} bytes before, {after} now.")
    if after >= before:
        say("What was freed is used again inside the same files.")
