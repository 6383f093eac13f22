"""``oidc-pyramid client``: applications that people sign in to, and resource servers."""

from __future__ import annotations

import re
import time
from typing import Any

import click

from oidc_pyramid.models.clients import Client, new_client_id
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.client_secret import new_secret
from oidc_pyramid.scripts.client_options import given_metadata, metadata_options
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Commands, Failure
from oidc_pyramid.scripts.metadata import attributes, document_of
from oidc_pyramid.scripts.output import (
    json_option,
    moment,
    note,
    print_facts,
    print_json,
    print_table,
    say,
)
from oidc_pyramid.scripts.typed import from_stdin
from oidc_pyramid.settings.convert import duration

SHORT_SECRET = 22  # characters of base64url that hold 128 bits
LONGEST_ID = 255

secret_option = click.option(
    "--secret-stdin", is_flag=True, help="Take the secret from standard input."
)


@click.group(cls=Commands)
def client() -> None:
    """Applications that people sign in to."""


@client.command()
@click.option("--client-id", help="Its client_id. Default: a random one.")
@metadata_options
@secret_option
@json_option
@click.pass_obj
def add(
    deployment: Deployment,
    client_id: str | None,
    *,
    secret_stdin: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Register a client. Its secret is shown this once."""
    document = given_metadata(options)
    found = attributes(document, deployment.settings)
    made_id = _checked_id(client_id or document.get("client_id") or new_client_id())
    secret = _secret(found, document.get("client_secret"), stdin=secret_stdin)
    now = int(time.time())

    def work(provider: Provider) -> dict[str, Any]:
        made = Client(made_id, now=now, **found)
        if secret:
            made.set_secret(secret, under=deployment.settings.secret)
        try:
            provider.clients.add(made)
        except KeyError as error:
            raise Failure(f"there is a client {made_id} already") from error
        return described(made)

    _report(deployment.change(work), secret, as_json=as_json)


@client.command("list")
@json_option
@click.pass_obj
def show_all(deployment: Deployment, *, as_json: bool) -> None:
    """List the clients."""
    with deployment.reading() as provider:
        found = [described(one) for one in provider.clients]
    if as_json:
        print_json(found)
    else:
        rows = [{**one, "name": one.get("client_name"), **_short(one)} for one in found]
        columns = ("client_id", "name", "state", "authentication", "grants", "created")
        print_table(rows, columns, "There are no clients yet: oidc-pyramid client add.")


@client.command()
@click.argument("client_id")
@json_option
@click.pass_obj
def show(deployment: Deployment, client_id: str, *, as_json: bool) -> None:
    """Show one client; its secret is not known any more."""
    with deployment.reading() as provider:
        _report(described(find(provider, client_id)), None, as_json=as_json)


@client.command()
@click.argument("client_id")
@metadata_options
@secret_option
@json_option
@click.pass_obj
def update(
    deployment: Deployment, client_id: str, *, secret_stdin: bool, as_json: bool, **options: Any
) -> None:
    """Change metadata: what is given replaces what was there, an empty text takes it away."""
    changes = given_metadata(options)
    if changes.get("client_id", client_id) != client_id:
        raise Failure("the client_id of a client never changes")
    given = from_stdin("secret") if secret_stdin else changes.get("client_secret")
    made = _warned(given) if given else new_secret()

    def work(provider: Provider) -> tuple[dict[str, Any], str | None]:
        found = find(provider, client_id)
        found.update(attributes(document_of(found) | changes, deployment.settings))
        return described(found), _updated_secret(
            found, made, deployment.settings.secret, given=given is not None
        )

    _report(*deployment.change(work), as_json=as_json)


@client.command("rotate-secret")
@click.argument("client_id")
@click.option("--keep", default="0", help="How long the old secret stays good, such as 1d.")
@secret_option
@json_option
@click.pass_obj
def rotate_secret(
    deployment: Deployment, client_id: str, *, keep: str, secret_stdin: bool, as_json: bool
) -> None:
    """Give a client a new secret, shown this once. The old one ends, or stays for --keep."""
    secret = _warned(from_stdin("secret")) if secret_stdin else new_secret()
    now = int(time.time())
    until = now + _seconds(keep) if _seconds(keep) else None

    def work(provider: Provider) -> dict[str, Any]:
        found = find(provider, client_id)
        if not _with_secret(found):
            raise Failure(f"{client_id} authenticates by {found.token_endpoint_auth_method}")
        found.set_secret(secret, keep_until=until, under=deployment.settings.secret)
        return described(found)

    _report(deployment.change(work), secret, as_json=as_json)


@client.command()
@click.argument("client_id")
@click.pass_obj
def disable(deployment: Deployment, client_id: str) -> None:
    """Refuse a client from now on; its tokens end at once."""
    now = int(time.time())
    deployment.change(lambda provider: find(provider, client_id).disable(now=now))
    say(f"{client_id} is refused from now on; its tokens have ended.")


@client.command()
@click.argument("client_id")
@click.pass_obj
def enable(deployment: Deployment, client_id: str) -> None:
    """Let a disabled client in again."""
    deployment.change(lambda provider: find(provider, client_id).enable())
    say(f"{client_id} may come again; tokens from before stay dead.")


@client.command()
@click.argument("client_id")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_obj
def delete(deployment: Deployment, client_id: str, *, yes: bool) -> None:
    """Delete a client; its tokens end at once."""
    with deployment.reading() as provider:
        find(provider, client_id)
    if not yes:
        click.confirm(f"Delete the client {client_id} for ever?", abort=True, err=True)
    now = int(time.time())
    deployment.change(lambda provider: provider.clients.delete(find(provider, client_id), now=now))
    say(f"{client_id} is deleted; its tokens have ended.")


def find(provider: Provider, client_id: str) -> Client:
    """By id."""
    found = provider.clients.get(client_id)
    if found is None:
        raise Failure(f"there is no client {client_id}")
    return found


def described(client: Client) -> dict[str, Any]:
    """RFC 7591 names, and whether it is let in."""
    state = "active" if client.active else "disabled"
    return document_of(client) | {"state": state, "client_id_issued_at": client.created_at}


def _secret(found: dict[str, Any], given: str | None, *, stdin: bool) -> str | None:
    """The secret that the new client gets, if its way of authentication has one."""
    if "secret" not in found["token_endpoint_auth_method"]:
        if stdin or given:
            raise Failure(f"{found['token_endpoint_auth_method']} clients have no secret")
        return None
    if stdin:
        return _warned(from_stdin("secret"))
    return _warned(given) if given else new_secret()


def _updated_secret(client: Client, made: str, under: bytes, *, given: bool) -> str | None:
    """The new secret if it got one: because it was given, or because it now needs one."""
    if not _with_secret(client):
        if given:
            raise Failure(f"{client.token_endpoint_auth_method} clients have no secret")
        client.secrets = ()
        return None
    kept = client.secret_wrapped or not client.needs_plain_secret
    if client.secrets and kept and not given:
        return None
    client.set_secret(made, under=under)
    return made


def _with_secret(client: Client) -> bool:
    return "secret" in client.token_endpoint_auth_method or client.needs_plain_secret


def _warned(secret: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]+", secret):
        raise Failure("a client secret has printable ASCII characters only (RFC 6749 §A.2)")
    if len(secret) < SHORT_SECRET:
        note(f"A secret of {len(secret)} characters can be guessed: let one be made.")
    return secret


def _checked_id(client_id: str) -> str:
    if not re.fullmatch(rf"[\x21-\x7e]{{1,{LONGEST_ID}}}", client_id):
        raise Failure(
            f"a client_id has 1 to {LONGEST_ID} printable ASCII characters without spaces"
        )
    return client_id


def _seconds(keep: str) -> int:
    try:
        return duration.read(keep)
    except ValueError as error:
        raise click.UsageError(f"--keep: {error}") from error


def _short(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "authentication": one["token_endpoint_auth_method"],
        "grants": one["grant_types"],
        "created": moment(one["client_id_issued_at"]),
    }


def _report(document: dict[str, Any], secret: str | None, *, as_json: bool) -> None:
    if secret:
        document = document | {"client_secret": secret, "client_secret_expires_at": 0}
    if as_json:
        print_json(document)
        return
    shown = {name: value for name, value in document.items() if name != "client_secret_expires_at"}
    print_facts(shown | {"client_id_issued_at": moment(document["client_id_issued_at"])})
    if secret:
        say("The secret is shown this once; only its digest is kept.")
