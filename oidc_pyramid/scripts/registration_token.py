"""``oidc-pyramid registration-token``: who may register clients (RFC 7591 §3)."""

from __future__ import annotations

import secrets
import time
from typing import Any

import click

from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.registration import RegistrationToken
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Commands, Failure
from oidc_pyramid.scripts.output import json_option, moment, print_facts, print_json, print_table
from oidc_pyramid.settings.convert import duration

SHOWN = 12


@click.group(cls=Commands, name="registration-token")
def registration_token() -> None:
    """Initial access tokens for clients that register themselves."""


@registration_token.command()
@click.option("--uses", default=1, show_default=True, help="How many clients it may register.")
@click.option("--expires", default="7d", show_default=True, help="How long it is good.")
@click.option("--label", default="", help="What it is for: a note.")
@click.option("--owner", default="", help="The account that owns the clients.")
@json_option
@click.pass_obj
def create(
    deployment: Deployment, uses: int, expires: str, label: str, owner: str, *, as_json: bool
) -> None:
    """Make a token. It is shown this once."""
    token, now = secrets.token_urlsafe(32), int(time.time())
    try:
        life = duration.read(expires)
    except ValueError as error:
        raise Failure(f"--expires {expires}: {error}") from error

    def work(provider: Provider) -> dict[str, Any]:
        made = RegistrationToken(
            token, now=now, expires_at=now + life, uses=uses, label=label, owner=owner
        )
        provider.registration_tokens.add(made)
        return described(made)

    found = {"token": token, **deployment.change(work)}
    print_json(found) if as_json else print_facts(found)


@registration_token.command("list")
@json_option
@click.pass_obj
def show_all(deployment: Deployment, *, as_json: bool) -> None:
    """List the tokens; what they are can't be shown again."""
    with deployment.reading() as provider:
        found = [described(token) for token in provider.registration_tokens]
    if as_json:
        print_json(found)
        return
    rows = [{**one, "expires": moment(one["expires_at"])} for one in found]
    print_table(rows, ("id", "label", "uses_left", "expires"), "There are no tokens.")


@registration_token.command()
@click.argument("id_")
@click.pass_obj
def revoke(deployment: Deployment, id_: str) -> None:
    """Take a token back; the clients that it registered stay."""

    def work(provider: Provider) -> None:
        found = [t for t in provider.registration_tokens if t.key.startswith(id_)]
        if len(found) != 1:
            raise Failure(f"there is no single token {id_}: oidc-pyramid registration-token list")
        found[0].uses_left = 0
        provider.registration_tokens.remove(found[0])

    deployment.change(work)
    click.echo(f"The token {id_} is no longer good.")


def described(token: RegistrationToken) -> dict[str, Any]:
    """What may be shown of it; times in seconds."""
    return {
        "id": token.key[:SHOWN],
        "label": token.label,
        "owner": token.owner,
        "uses_left": token.uses_left,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
