"""``oidc-pyramid backup``: the database as it is now, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.output import say
from oidc_pyramid.storage import provider_in, snapshot
from oidc_pyramid.storage.backup_file import write
from oidc_pyramid.storage.copying import moment


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(deployment: Deployment, file: Path) -> None:
    """Write all that is in the database now to FILE, while the server runs, on any storage.

    FILE is made with mode 0600 and never overwritten; `verify --backup` examines it, `restore`
    brings it back. oidc.secret is not in it.
    """
    with deployment.beside() as db:
        with snapshot(db) as root:
            provider_in(root)
        with moment(db) as source:
            copied = write(source, file.absolute())
    say(f"Saved {copied.objects} objects ({copied.size} bytes) in {file}.")
