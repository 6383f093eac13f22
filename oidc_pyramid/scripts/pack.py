"""``oidc-pyramid pack``: give back the space of what was removed or replaced."""

from __future__ import annotations

import click

from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.output import say


@click.command()
@click.option(
    "--days", default=0.0, help="Keep old revisions of the last days, where any are kept."
)
@click.pass_obj
def pack(deployment: Deployment, days: float) -> None:
    """Free the space of what nothing refers to any more; takes a while. Run `purge` before it.

    While the server runs, except on a FileStorage, which one process at a time has open.
    """
    with deployment.database() as db:
        before = db.getSize()
        db.pack(days=days)
        say(f"Packed: {before} bytes before, {db.getSize()} now.")
