"""``oidc-pyramid import-django``: the records of django-oidc-provider."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

import click
from pyramid.path import DottedNameResolver

from oidc_pyramid.compat.dop import Imported, import_dump
from oidc_pyramid.compat.scope_claims import scopes_of
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Failure
from oidc_pyramid.scripts.output import json_option, note, print_json, say

METHODS = ("client_secret_basic", "client_secret_post")


@click.command("import-django")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--auth-method",
    type=click.Choice(METHODS),
    default=METHODS[0],
    help="How its confidential clients authenticate: it took either, here it is one.",
)
@click.option("--people", is_flag=True, help="Its users too, under their ids, without passwords.")
@json_option
@click.pass_obj
def import_django(
    deployment: Deployment, file: Any, auth_method: str, *, people: bool, as_json: bool
) -> None:
    """Take keys, clients and consents over from 'manage.py dumpdata oidc_provider'.

    What is here already stays as it is. Codes and tokens stay behind.
    """
    records = _read(file)
    settings, now = deployment.settings, int(time.time())
    extra = DottedNameResolver().maybe_resolve(settings.extra_scope_claims or None)
    scopes = (*settings.scopes, *(scopes_of(extra) if extra else ()))

    def work(provider: Provider) -> Imported:
        return import_dump(
            provider,
            settings,
            records,
            now=now,
            scopes=scopes,
            auth_method=auth_method,
            people=people,
        )

    try:
        result = deployment.change(work)
    except (KeyError, ValueError, TypeError) as error:
        raise Failure(f"{file.name} is no dump of django-oidc-provider: {error!r}") from error
    if as_json:
        print_json(asdict(result))
        return
    for sentence in result.notes:
        note(sentence)
    say(
        f"{result.keys} keys, {result.clients} clients, {result.consents} consents and "
        f"{result.people} people were taken over."
    )


def _read(file: Any) -> list[dict[str, Any]]:
    try:
        records = json.load(file)
    except ValueError as error:
        raise Failure(f"{file.name} is no JSON: {error}") from error
    if not isinstance(records, list):
        raise Failure(f"{file.name} is no list of records, as dumpdata writes it")
    return records
