"""``oidc-pyramid init``: what a provider needs before it can run; repeating it does no harm."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from ZODB import DB

from oidc_pyramid.models.evolve import evolve
from oidc_pyramid.models.keys import CURRENT, SigningKey
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.jose import new_key
from oidc_pyramid.scripts.deployment import Deployment, in_transaction, provider_in, snapshot
from oidc_pyramid.scripts.failures import Failure
from oidc_pyramid.scripts.seed import seed, wants_seed
from oidc_pyramid.settings import Settings
from oidc_pyramid.settings.sources import file_path
from oidc_pyramid.storage import ROOT_KEY, DatabaseMissing


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
    path = file_path(deployment.mapping.get("oidc.secret"))
    if path is not None and not path.exists():
        _refuse_orphans(deployment, path)
        _create_secret(path)
        yield f"Created the secret {path}: back it up, apart from the database."
    settings, now = deployment.settings, int(time.time())
    with deployment.database(create=True) as db:
        done = _prepare(db, settings, now)
        yield from done or ["Everything was there already; nothing was changed."]
        yield f"The provider {settings.issuer} is ready."


def _refuse_orphans(deployment: Deployment, path: Path) -> None:
    """A new secret would not open an old database."""
    try:
        with deployment.reading():
            pass
    except DatabaseMissing:
        return
    raise Failure(
        f"the database exists and its secret {path} does not: restore that file from your "
        "backup (a new secret would not open the database)"
    )


def _create_secret(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _prepare(db: DB, settings: Settings, now: int) -> list[str]:
    """Slow work first, then one transaction for all of it."""
    missing = _missing_algs(db, settings)
    made = {alg: new_key(alg) for alg in missing}
    people = seed(settings) if wants_seed(settings) else None

    def work(root: Any) -> list[str]:
        done = _provider(root, settings, now)
        provider = provider_in(root)
        done += [f"Ran evolve step {number}." for number in evolve(provider)]
        _check_secret(provider, settings)
        done += _first_keys(provider, made, settings, now)
        if people is not None:
            done += people(provider, now)
        return done

    return in_transaction(db, work)


def _missing_algs(db: DB, settings: Settings) -> list[str]:
    with snapshot(db) as root:
        here = provider_in(root).keys.algs() if ROOT_KEY in root else ()
    return [alg for alg in settings.signing_algs if alg not in here]


def _provider(root: Any, settings: Settings, now: int) -> list[str]:
    if ROOT_KEY in root:
        return []
    root[ROOT_KEY] = Provider(settings.secret, now=now)
    return ["Created the database."]


def _check_secret(provider: Provider, settings: Settings) -> None:
    try:
        provider.vault.open(settings.secret)
    except ValueError as error:
        raise Failure(
            "oidc.secret is not the one that this database was made with: take the right one "
            "from your backup"
        ) from error


def _first_keys(
    provider: Provider, made: dict[str, dict[str, object]], settings: Settings, now: int
) -> list[str]:
    done = []
    for alg, jwk in made.items():
        if provider.keys.in_state(alg, CURRENT) is None:
            key = SigningKey(jwk, settings.secret, state=CURRENT, now=now)
            provider.keys.add(key)
            done.append(f"Created the {alg} key {key.kid}.")
    return done
