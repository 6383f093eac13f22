"""``oidc-pyramid doctor``: settings, database, keys and plug-ins, and what is wrong with them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from pyramid.exceptions import ConfigurationError
from pyramid.paster import get_app

from oidc_pyramid.models.evolve import NewerDatabase, pending
from oidc_pyramid.models.keys import RETIRING
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.jwk import ASYMMETRIC
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Failure, sentence
from oidc_pyramid.scripts.output import json_option, moment, print_json, print_table
from oidc_pyramid.scripts.settings import in_force
from oidc_pyramid.settings import Settings, settings_problems
from oidc_pyramid.settings.sources import is_open_to_others


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool) -> None:
    """Say what is set, what is plugged in, and what is wrong. The exit code is 1 for problems."""
    report = examine(ctx.obj)
    if as_json:
        print_json(report)
    else:
        _print(report)
    ctx.exit(1 if report["problems"] else 0)


def examine(deployment: Deployment) -> dict[str, Any]:
    """Everything there is to say, each part as far as it can be had."""
    report: dict[str, Any] = {"settings": [], "plugins": [], "problems": []}
    problems = report["problems"]
    try:
        report["settings"] = [r for r in in_force(deployment) if r["source"] != "default"]
        problems += settings_problems(deployment.mapping, deployment.settings)
        problems += file_problems(deployment.mapping)
        with deployment.reading(of_any_version=True) as provider:
            problems += provider_problems(provider, deployment.settings, int(time.time()))
        report["plugins"] = plugins(deployment)
    except (Failure, ConfigurationError) as error:
        problems.append(str(error))
    except Exception as error:  # noqa: BLE001 - whatever stops the start-up is the finding
        problems.append(f"the application doesn't start: {sentence(error)}")
    return report


def file_problems(mapping: Mapping[str, Any]) -> Iterator[str]:
    """Hashes of passwords and wrapped keys are for nobody else to read."""
    parts = urlsplit(str(mapping.get("zodbconn.uri", "")))
    place = Path(parts.netloc + parts.path)
    if parts.scheme not in ("file", "sqlite") or not place.exists():
        return
    folder = place if place.is_dir() else place.parent
    files = (
        list(folder.glob("*.sqlite3*")) if place.is_dir() else list(folder.glob(f"{place.name}*"))
    )
    if is_open_to_others(folder) and any(map(is_open_to_others, files)):
        yield f"others may read the database: chmod -R go= {folder}"


def provider_problems(provider: Provider, settings: Settings, now: int) -> Iterator[str]:
    """What is wrong in the database."""
    try:
        steps = pending(provider)
        if steps:
            yield f"evolve steps {steps} have not run: oidc-pyramid init"
    except NewerDatabase as error:
        yield str(error)
    try:
        provider.vault.open(settings.secrets)
    except ValueError:
        yield "oidc.secret is not the one that this database was made with"
    for alg in settings.signing_algs:
        if alg not in provider.keys.algs():
            yield f"no key signs with {alg}: oidc-pyramid keys create --alg {alg}"
    for key in provider.keys.keys:
        if key.state == RETIRING and key.remove_at <= now:
            yield f"the key {key.kid} should be gone since {moment(key.remove_at)}: run purge"
    yield from _client_problems(provider, settings)


def _client_problems(provider: Provider, settings: Settings) -> Iterator[str]:
    for client in provider.clients:
        if client.token_endpoint_auth_method not in settings.client_auth:
            yield (
                f"the client {client.client_id} authenticates by "
                f"{client.token_endpoint_auth_method}, which oidc.client_auth does not offer"
            )
        alg = client.id_token_signed_response_alg
        if alg in ASYMMETRIC and alg not in provider.keys.algs():
            yield f"the client {client.client_id} wants {alg}, and no key signs with it"


def plugins(deployment: Deployment) -> list[dict[str, str]]:
    """What the started application has registered, by interface and wire value."""
    registry = get_app(deployment.ini).registry
    try:
        return [
            {
                "interface": entry["interface"].__name__,
                "name": entry["name"] or "(the one)",
                "plugin": entry.title,
                "module": _module(entry["utility"]),
            }
            for category in sorted(registry.introspector.categories())
            if category.startswith("oidc ")
            for entry in (e["introspectable"] for e in registry.introspector.get_category(category))
        ]
    finally:
        for db in getattr(registry, "_zodb_databases", {}).values():
            db.close()


def _module(utility: Any) -> str:
    return getattr(utility, "__module__", None) or type(utility).__module__


def _print(report: dict[str, Any]) -> None:
    print_table(report["settings"], ("key", "value", "source"), "No settings could be read.")
    click.echo()
    columns = ("interface", "name", "module")
    print_table(report["plugins"], columns, "No plug-ins could be listed.")
    click.echo()
    for problem in report["problems"]:
        click.echo(f"PROBLEM  {problem}")
    if not report["problems"]:
        click.echo("No problems were found.")
