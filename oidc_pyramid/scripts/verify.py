"""``oidc-pyramid verify``: examine the whole database, or a backup of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from ZODB import DB

from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.output import say
from oidc_pyramid.storage.backup_file import opened
from oidc_pyramid.storage.database import class_factory_of
from oidc_pyramid.storage.examination import count, problems


@click.command()
@click.option(
    "--backup",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A backup instead.",
)
@click.pass_context
def verify(ctx: click.Context, file: Path | None) -> None:
    """Load every object, and look whether they agree: while the server runs, on any storage.

    Trees are whole, indexes lead to what they name, keys open with oidc.secret. The exit code is
    1 for problems.
    """
    deployment: Deployment = ctx.obj
    settings = deployment.settings
    with _database(deployment, file) as db:
        number = 0
        for problem in problems(db, settings):
            number += 1
            click.echo(f"PROBLEM  {problem}")
        say(f"{count(db)} objects, {number or 'no'} problem{'' if number == 1 else 's'}.")
    ctx.exit(1 if number else 0)


@contextmanager
def _database(deployment: Deployment, file: Path | None) -> Iterator[DB]:
    if file is None:
        with deployment.beside() as db:
            yield db
    else:
        with opened(file.absolute(), class_factory_of(deployment.mapping)) as db:
            yield db
