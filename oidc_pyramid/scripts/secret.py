"""``oidc-pyramid secret``: change the secret under which keys lie in the database."""

from __future__ import annotations

from pathlib import Path

import click

from oidc_pyramid.founding import create_secret
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Commands, Failure
from oidc_pyramid.scripts.output import say


@click.group(cls=Commands)
def secret() -> None:
    """What oidc.secret names: private keys, seal roots and salts are encrypted under it."""


@secret.command()
@click.argument("file", type=click.Path(path_type=Path))
def create(file: Path) -> None:
    """Write a new random secret to a file of its own, mode 0600; one that is there stays."""
    if not file.absolute().parent.is_dir():
        raise Failure(f"there is no directory {file.absolute().parent}")
    try:
        create_secret(file.absolute())
    except FileExistsError as error:
        raise Failure(f"{file} exists already: it stays as it is") from error
    say(f"Created the secret {file}: back it up, apart from the database.")


@secret.command()
@click.pass_obj
def rewrap(deployment: Deployment) -> None:
    """Encrypt all that lies under oidc.secret_previous under oidc.secret, in one transaction.

    Nobody notices: what was issued does not rest on this secret. Every worker must know both of
    them by then. Repeating it does no harm.
    """
    settings = deployment.settings

    def work(provider: Provider) -> dict[str, int]:
        try:
            return provider.rewrap(settings.secrets, settings.secret)
        except ValueError as error:
            raise Failure(
                "something opens under neither oidc.secret nor oidc.secret_previous: nothing was "
                "changed (oidc-pyramid verify says what)"
            ) from error

    done = deployment.change(work)
    counts = ", ".join(f"{number} {name}" for name, number in done.items())
    after = "oidc.secret_previous may go" if settings.secret_previous else "it was the only one"
    say(f"Under oidc.secret now: {counts}; {after}.")
