"""A database full of people, clients, grants, authorizations and sessions: seeded, in large batches.

Each shard is filled in one transaction, so that no leaf of a tree is written twice. What a person's
browser and client would hold (cookie, tokens) follows from the seed and the person's number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ours import client, person
from pyramid.paster import get_appsettings
from targets import CLIENT_ID, PASSWORD, SCOPE

from oidc_pyramid.founding import found, make_secret
from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.models.browsers import Browser, Place, Session, digest
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.directory import EMAIL, USERNAME
from oidc_pyramid.models.grants import Grant
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.shards import WIDTH
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.seal import Sealer
from oidc_pyramid.safe import ACCESS_TOKEN
from oidc_pyramid.settings import read_settings
from oidc_pyramid.storage import open_database, provider_in

CLIENTS = 10_000
SIGNED_IN = 1_000
DAY = 24 * 3600
SCOPES = tuple(SCOPE.split())


@dataclass(frozen=True)
class Population:
    """So many people; everyone has a grant and an authorization, one in ten a session."""

    people: int
    seed: int = 1

    def account(self, number: int) -> str:
        """The id of a person's account."""
        return self._value("account", number)[:32]

    def cookie(self, number: int) -> str:
        """Of the person's browser."""
        return self._value("cookie", number)

    def authorization(self, number: int) -> str:
        """The id of the person's authorization."""
        return self._value("authorization", number)[:32]

    def sid(self, number: int) -> str:
        """The id of the person's session."""
        return self._value("session", number)[:22]

    @property
    def signed_in(self) -> range:
        """Who has a session."""
        step = max(1, min(10, self.people // SIGNED_IN))
        return range(0, self.people, step)

    def _value(self, kind: str, number: int) -> str:
        return sha256(f"{self.seed} {kind} {number}".encode()).hexdigest()


Fill = Callable[[Provider, list[int]], None]


def populate(ini: str, population: Population) -> float:
    """Found the provider and fill it; returns how many seconds it took."""
    began, mapping = time.monotonic(), get_appsettings(ini)
    make_secret(mapping)
    settings, now = read_settings(mapping), int(time.time())
    db = open_database(mapping, create=True)
    found(db, settings, now=now, people=False)
    with db.transaction() as connection:
        clients = provider_in(connection.root()).clients
        for name in (CLIENT_ID, *(f"client{n}" for n in range(CLIENTS - 1))):
            clients.add(client(settings, name, now))
    filling = Filling(population, Passwords(settings).hash(PASSWORD), now)
    for key, fill, numbers in filling.passes():
        for numbers_here in _by_shard(key, numbers):
            with db.transaction() as connection:
                fill(provider_in(connection.root()), numbers_here)
                connection.transaction_manager.commit()
                connection.cacheMinimize()
    db.close()
    return time.monotonic() - began


def _by_shard(key: Callable[[int], str], numbers: range) -> Iterator[list[int]]:
    shards: list[list[int]] = [[] for _ in range(WIDTH)]
    for number in numbers:
        shards[sha256(key(number).encode()).digest()[0]].append(number)
    return (shard for shard in shards if shard)


class Filling:
    """What goes into each tree."""

    def __init__(self, population: Population, hashed: str, now: int) -> None:
        self._population = population
        self._hashed = hashed
        self._now = now

    def passes(self) -> Iterator[tuple[Callable[[int], str], Fill, range]]:
        """By which key, how, and for whom."""
        everybody, some = range(self._population.people), self._population.signed_in
        yield self._population.account, self._people, everybody
        yield (lambda number: f"user{number}"), self._names, everybody
        yield self._population.authorization, self._authorizations, everybody
        yield self._population.account, self._sessions, some
        yield (lambda number: digest(self._population.cookie(number))), self._browsers, some
        yield (lambda number: f"user{number}"), self._directory, everybody

    def _directory(self, provider: Provider, numbers: list[int]) -> None:
        """For those who search."""
        listed = provider.users.directory()
        for number in numbers:
            name, account = f"user{number}", self._population.account(number)
            entries = ((USERNAME, name, account), (EMAIL, f"{name}@example.com", account))
            listed.enter(provider.users[account], entries)

    def _people(self, provider: Provider, numbers: list[int]) -> None:
        """And what each has allowed the client; a host's own claims are none."""
        known = provider.clients[CLIENT_ID]
        for number in numbers:
            somebody = person(f"user{number}", self._hashed, self._now)
            somebody.id = self._population.account(number)
            somebody.__parent__ = provider.users
            provider.users._by_id.insert(somebody.id, somebody)  # noqa: SLF001 - a tree at a time
            grant = provider.grants.obtain(somebody.id, CLIENT_ID, now=self._now, account=somebody)
            self._allow(grant, known)

    def _allow(self, grant: Grant, known: Client) -> None:
        grant.allow(SCOPES, now=self._now)
        grant.generation = 1
        consented = known.consent_generation
        grant.remember(SCOPES, until=self._now + 365 * DAY, consent_generation=consented)

    def _names(self, provider: Provider, numbers: list[int]) -> None:
        for number in numbers:
            account = self._population.account(number)
            provider.users._by_username.insert(f"user{number}", account)  # noqa: SLF001 - as above

    def _authorizations(self, provider: Provider, numbers: list[int]) -> None:
        generation = provider.clients[CLIENT_ID].generation
        for number in numbers:
            one = Authorization(
                self._population.authorization(number),
                now=self._now,
                client_id=CLIENT_ID,
                account_id=self._population.account(number),
                grant=provider.grants.get(self._population.account(number), CLIENT_ID),
                scope=SCOPES,
                offline=True,
                auth_time=self._now,
                account_generation=1,
                grant_generation=1,
                client_generation=generation,
                refresh_generation=1,
                refresh_current=sha256(str(number).encode()).digest(),
                refresh_expires_at=self._now + 30 * DAY,
                refresh_absolute_expires_at=self._now + 180 * DAY,
            )
            one.keep(self._now + 180 * DAY)
            provider.authorizations.add(one)

    def _sessions(self, provider: Provider, numbers: list[int]) -> None:
        for number in numbers:
            provider.browsers.add_session(
                Session(
                    self._population.sid(number),
                    self._population.account(number),
                    auth_time=self._now,
                    amr=("pwd",),
                    account_generation=1,
                    seen_at=self._now,
                    expires_at=self._now + 7 * DAY,
                )
            )

    def _browsers(self, provider: Provider, numbers: list[int]) -> None:
        for number in numbers:
            key = digest(self._population.cookie(number))
            browser = Browser(key, now=self._now, expires_at=self._now + 7 * DAY)
            place = Place(self._population.account(number), self._population.sid(number))
            browser.places, browser.current = (place,), place.sid
            provider.browsers.add(browser)


def access_tokens(
    mapping: Mapping[str, Any], population: Population, numbers: list[int]
) -> list[str]:
    """As the token endpoint would have given them out."""
    settings, now = read_settings(mapping), int(time.time())
    db = open_database(mapping)
    with db.transaction() as connection:
        provider = provider_in(connection.root())
        vault = provider.vault.open(settings.secrets)
        sealer = Sealer(vault.roots, vault.current, settings.issuer, provider.epoch)
    db.close()
    tokens = (
        AccessToken(
            id=sha256(str(number).encode()).hexdigest()[:32],
            authorization=population.authorization(number),
            client_id=CLIENT_ID,
            account_id=population.account(number),
            scope=SCOPES,
            audience=(settings.issuer,),
            issued_at=now,
            expires_at=now + 3600,
            generation=0,
        )
        for number in numbers
    )
    return [sealer.seal(ACCESS_TOKEN, token.pack()) for token in tokens]
