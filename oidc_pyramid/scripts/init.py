"""``oidc-pyramid init``: what a provider needs before it can run; repeating it does no harm."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from oidc_pyramid.founding import found, make_secret
from oidc_pyramid.scripts.deployment import Deployment


@click.command()
@click.pass_obj
def init(deployment: Deployment) -> None:
    """Create the database, the secret file and the first keys, where they are missing.

    In development mode it also adds people to sign in as, and a client.
    """
    for sentence in steps(deployment):
        click.echo(sentence)


def steps(deployment: Deployment) -> Iterator[str]:
    """Do it; a sentence for each thing that was done."""
    path = make_secret(deployment.mapping)
    if path is not None:
        yield f"Created the secret {path}: back it up, apart from the database."
    settings = deployment.settings
    with deployment.database(create=True) as db:
        done = found(db, settings, now=int(time.time()))
        yield from done or ["Everything was there already; nothing was changed."]
        yield f"The provider {settings.issuer} is ready."
