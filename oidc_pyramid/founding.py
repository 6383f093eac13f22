"""What a provider needs before it can run, made where it is missing; and what stops a start-up.

``init``, the start-up of development and the test kit all found a provider here.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ZODB import DB
from ZODB.POSException import POSError

from oidc_pyramid.models.evolve import NewerDatabase, evolve, pending
from oidc_pyramid.models.keys import CURRENT, SigningKey
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.jose import new_key
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.seed import seed, wants_seed
from oidc_pyramid.settings import Settings
from oidc_pyramid.settings.convert import flag, text
from oidc_pyramid.settings.sources import fetch, file_path
from oidc_pyramid.storage import (
    ROOT_KEY,
    ClassNotAllowed,
    DatabaseMissing,
    ForeignDatabase,
    WrongSchema,
    WrongSecret,
    in_transaction,
    open_database,
    provider_in,
    snapshot,
)

log = logging.getLogger("oidc_pyramid.founding")


def found(
    db: DB,
    settings: Settings,
    *,
    now: int,
    keys: Iterable[Mapping[str, Any]] | None = None,
    people: bool = True,
) -> list[str]:
    """Make what is missing; a sentence for each thing that was done. Repeating it does no harm.

    ``keys`` are private JWKs to use instead of new ones. Slow work first, then one transaction.
    """
    made = _new_keys(db, settings) if keys is None else list(keys)
    add_people = seed(settings) if people and wants_seed(settings) else None

    def work(root: Any) -> list[str]:
        done = _provider(root, settings, now)
        provider = provider_in(root)
        _require_known_schema(provider)
        done += [f"Ran evolve step {number}." for number in evolve(provider)]
        require_secret(provider, settings)
        done += _first_keys(provider, made, settings, now)
        return done + (add_people(provider, now) if add_people else [])

    return in_transaction(db, work)


def _new_keys(db: DB, settings: Settings) -> list[Mapping[str, Any]]:
    with snapshot(db) as root:
        here = provider_in(root).keys.algs() if ROOT_KEY in root else ()
    return [new_key(alg) for alg in settings.signing_algs if alg not in here]


def _provider(root: Any, settings: Settings, now: int) -> list[str]:
    if ROOT_KEY in root:
        return []
    root[ROOT_KEY] = Provider(settings.secret, now=now)
    return ["Created the database."]


def _first_keys(
    provider: Provider, made: list[Mapping[str, Any]], settings: Settings, now: int
) -> list[str]:
    done = []
    for jwk in made:
        if provider.keys.in_state(str(jwk["alg"]), CURRENT) is None:
            key = provider.keys.add(SigningKey(jwk, settings.secret, state=CURRENT, now=now))
            done.append(f"Created the {key.alg} key {key.kid}.")
    return done


def require(db: DB, settings: Settings, *, older: bool = False) -> None:
    """Raises a ``DatabaseError`` unless the provider is there, up to date (or *older*), and ours
    to open."""
    try:
        with snapshot(db) as root:
            provider = provider_in(root)
            _require_known_schema(provider)
            if pending(provider) and not older:
                raise WrongSchema(
                    f"the database has schema {provider.schema} and is older than this version: "
                    "make a backup, then run 'oidc-pyramid init'"
                )
            require_secret(provider, settings)
    except (POSError, ClassNotAllowed) as error:
        reason = error.__cause__ if isinstance(error.__cause__, ClassNotAllowed) else error
        raise ForeignDatabase(
            f"the database can't be read: {type(reason).__name__}: {reason} (a host's own classes "
            "are named in oidc.database_classes)"
        ) from error


def _require_known_schema(provider: Provider) -> None:
    try:
        pending(provider)
    except NewerDatabase as error:
        raise WrongSchema(str(error)) from error


def require_secret(provider: Provider, settings: Settings) -> None:
    """The secret is the one under which everything else was wrapped; raises ``WrongSecret``."""
    try:
        provider.vault.open(settings.secrets)
    except ValueError as error:
        raise WrongSecret(
            "oidc.secret is not the one that this database was made with: take the right one "
            "from your backup (one that was changed since is oidc.secret_previous)"
        ) from error


def make_secret(mapping: Mapping[str, Any]) -> Path | None:
    """The file that ``oidc.secret`` names, when it had to be made. Never beside a database that
    is there already: a new secret would not open it."""
    path = file_path(mapping.get("oidc.secret"))
    if path is None or path.exists():
        return None
    try:
        open_database(mapping, name=database_name(mapping)).close()
    except DatabaseMissing:
        return _created(path)
    if path.exists():  # of another 'init', which was faster: it makes the secret first
        return None
    raise WrongSecret(
        f"the database exists and its secret {path} does not: restore that file from your "
        "backup (a new secret would not open the database)"
    )


def _created(path: Path) -> Path | None:
    """None when another 'init' was faster: its secret is the one."""
    try:
        create_secret(path)
    except FileExistsError:
        return None
    return path


def database_name(mapping: Mapping[str, Any]) -> str:
    """``oidc.database``, before the settings can be read as a whole."""
    return text.read(fetch("oidc.database", mapping.get("oidc.database", "")))


def create_secret(path: Path) -> None:
    """32 random bytes, for the owner's eyes, complete before the file has its name; raises
    ``FileExistsError``."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    finally:
        part.unlink()


def before_settings(mapping: Mapping[str, Any]) -> None:
    """In development a start on a fresh checkout makes the secret, too, as ``init`` would."""
    try:
        development = flag.read(mapping.get("oidc.development", "false"))
    except (TypeError, ValueError):
        return  # the settings will say what is wrong with it
    path = make_secret(mapping) if development else None
    if path is not None:
        log.warning("Created the secret %s: back it up, apart from the database.", path)


def includeme(config: Any) -> None:
    """Development founds a provider in a fresh database; anywhere else the start-up is refused."""
    runtime = config.registry.getUtility(Runtime.interface)
    db = config.registry._zodb_databases[runtime.database]  # noqa: SLF001 - pyramid_zodbconn's name
    if runtime.settings.development:
        with snapshot(db) as root:
            fresh = ROOT_KEY not in root
        if fresh:
            for sentence in found(db, runtime.settings, now=int(time.time())):
                log.info(sentence)
    require(db, runtime.settings)
