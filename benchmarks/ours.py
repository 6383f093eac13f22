"""Our provider as a contestant, with a client and a few people; and the floor, a bare view."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from databases import FILES, kept
from pyramid.paster import get_appsettings
from served import Served, free_port, serving, write_ini
from servers import SERVERS
from targets import CLIENT_ID, OURS, PASSWORD, PEOPLE, REDIRECT, RESOURCE, SCOPE, SECRET

from oidc_pyramid.client_document import attributes_of, policy_of
from oidc_pyramid.founding import found, make_secret
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.users import User
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.protocol.client_metadata import validate
from oidc_pyramid.settings import Settings, read_settings
from oidc_pyramid.storage import in_transaction, open_database, provider_in

HERE = str(Path(__file__).parent)
DOCUMENT = {
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    "scope": f"{SCOPE} api",
}


def provider_settings(here: Path, storage: str, alg: str, port: int, **more: str) -> dict[str, str]:
    """The ini section."""
    return {
        "use": "egg:oidc_pyramid",
        "oidc.issuer": f"http://127.0.0.1:{port}",
        "oidc.secret": f"file:{here}/secret",
        "oidc.signing_alg": alg,
        "oidc.signing_algs": " ".join(dict.fromkeys((alg, "RS256"))),
        "oidc.resources": f"{RESOURCE} scopes=api format=jwt",
        "oidc.throttle_address": "1000000",
        "zodbconn.uri": FILES.get(storage, "").format(here=here),
        **more,
    }


@contextmanager
def provider(here: Path, storage: str, server: str, alg: str, **more: str) -> Iterator[Served]:
    """Founded and served; a database server counts with it."""
    port = free_port()
    with kept(here, storage) as database:
        more["zodbconn.uri"] = database.uri
        ini = write_ini(here, provider_settings(here, storage, alg, port, **more), port)
        populate(get_appsettings(str(ini)))
        with started(here, ini, port, server) as served:
            served.beside, served.bytes_elsewhere = database.servers, database.bytes_elsewhere
            yield served


@contextmanager
def started(here: Path, ini: Path, port: int, server: str) -> Iterator[Served]:
    """An ini file that is there, served."""
    command = SERVERS[server](ini, port)
    environment = {"PYTHONPATH": HERE, "BENCH_INI": str(ini)}
    with serving(command, here, port, OURS.discovery, **environment) as served:
        yield served


@contextmanager
def bare(here: Path, server: str) -> Iterator[Served]:
    """A Pyramid application with one view."""
    port = free_port()
    ini = write_ini(here, {"use": "call:bare:main"}, port)
    with serving(SERVERS[server](ini, port), here, port, PYTHONPATH=HERE, BENCH_INI=str(ini)) as it:
        yield it


def populate(mapping: Any) -> None:
    """A client and the people who sign in."""
    make_secret(mapping)
    settings, now = read_settings(mapping), int(time.time())
    hashed = Passwords(settings).hash(PASSWORD)
    db = open_database(mapping, create=True)
    try:
        found(db, settings, now=now, people=False)

        def add(root: Any) -> None:
            provider = provider_in(root)
            provider.clients.add(client(settings, CLIENT_ID, now))
            for number in range(PEOPLE):
                provider.users.add(person(f"user{number}", hashed, now))

        in_transaction(db, add)
    finally:
        db.close()


def client(settings: Settings, client_id: str, now: int, **more: str) -> Client:
    """As registration would make it."""
    known = attributes_of(validate(DOCUMENT, policy=policy_of(settings)))
    made = Client(client_id, now=now, **{**known, **more, "verified": True})
    made.set_secret(SECRET)
    return made


def person(username: str, hashed: str, now: int) -> User:
    """Somebody with a name, an address, and a password hash that others have too."""
    made = User(
        username,
        now=now,
        name=f"Person {username}",
        email=f"{username}@example.com",
        email_verified=True,
    )
    made.password_hash, made.password_changed_at = hashed, now
    return made
