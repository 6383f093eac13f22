"""``oidc-pyramid epoch``: end everything that was issued so far."""

from __future__ import annotations

import time

import click

from oidc_pyramid.models.provider import Provider
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Commands
from oidc_pyramid.scripts.output import say


@click.group(cls=Commands)
def epoch() -> None:
    """The number in each seal, refresh token and session: a new one ends the older ones."""


@epoch.command()
@click.pass_obj
def show(deployment: Deployment) -> None:
    """Show the epoch: 1, or the time (seconds) when it was raised last."""
    with deployment.reading() as provider:
        say(str(provider.epoch))


@epoch.command("raise")
@click.option("--new-roots", is_flag=True, help="The seal roots were stolen too: make a new one.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_obj
def raise_(deployment: Deployment, *, new_roots: bool, yes: bool) -> None:
    """End all codes, tokens, open sign-ins and sessions, at every worker's next request.

    Everybody signs in again. Accounts, passwords, clients, keys and consents stay.
    """
    if not yes:
        click.confirm("End every session and every token of everybody?", abort=True, err=True)
    settings, now = deployment.settings, int(time.time())

    def work(provider: Provider) -> int:
        provider.vault.open(settings.secrets)
        if new_roots:
            provider.vault.roots = ()
            provider.vault.add_root(settings.secret, now=now)
        return provider.raise_epoch(now=now)

    say(f"The epoch is {deployment.change(work)}: all that was issued before it is refused.")
