"""``manage.py dumpdata`` of the ancestor into our database: keys, clients, consents, people.

Codes and tokens stay behind: people sign in again at their applications' next visit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oidc_pyramid.compat.dop.clients import client_from, key_of, moment
from oidc_pyramid.models.keys import NEXT, SigningKey
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.users import User
from oidc_pyramid.protocol.jose import import_pem
from oidc_pyramid.settings import Settings

APP = "oidc_provider."
LEFT_BEHIND = ("code", "token")
Record = Mapping[str, Any]


@dataclass(slots=True)
class Imported:
    """How many of each, and sentences about what was not taken as it was."""

    clients: int = 0
    keys: int = 0
    consents: int = 0
    people: int = 0
    notes: list[str] = field(default_factory=list)


def import_dump(
    provider: Provider,
    settings: Settings,
    records: Iterable[Record],
    *,
    now: int,
    scopes: Iterable[str] = (),
    auth_method: str = "client_secret_basic",
    people: bool = False,
) -> Imported:
    """Take the records over, in one transaction of the caller's. What is here already stays.

    With ``people`` the users come too, under the ids that they had: then ``sub`` stays the
    same. Their passwords do not: Django's hashes are not ours.
    """
    dump = Dump(records)
    result = Imported()
    _keys(provider, settings, dump, result, now)
    _clients(provider, settings, dump, result, now, tuple(scopes), auth_method)
    if people:
        _people(provider, dump, result, now)
    _consents(provider, dump, result, now)
    for model in LEFT_BEHIND:
        count = len(dump.of(model))
        if count:
            result.notes.append(f"{count} records of {APP}{model} stay behind")
    return result


class Dump:
    """The records by model, in the order of their keys."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)

    def of(self, model: str) -> list[Record]:
        """The records of one model of the ancestor."""
        return self.named(APP + model)

    def named(self, model: str) -> list[Record]:
        """The records of a model."""
        found = [one for one in self._records if str(one["model"]).lower() == model]
        return sorted(found, key=lambda one: (isinstance(one.get("pk"), str), one.get("pk") or 0))

    def users(self) -> list[Record]:
        """Of whatever user model there is: the one with a ``username`` and a ``password``."""
        return [one for one in self._records if {"username", "password"} <= set(one["fields"])]

    def response_types(self, fields: Mapping[str, Any]) -> list[str]:
        """By primary key, or by natural key, which is the value itself."""
        values = {one.get("pk"): str(one["fields"]["value"]) for one in self.of("responsetype")}
        listed = fields.get("response_types") or ()
        return [_natural(one) if isinstance(one, list) else values[one] for one in listed]


def _natural(key: Sequence[object]) -> str:
    return str(key[0])


def _keys(provider: Provider, settings: Settings, dump: Dump, result: Imported, now: int) -> None:
    """The oldest signs, as it did there, under the kid that clients know; the rest verify."""
    ring = provider.keys
    for position, record in enumerate(dump.of("rsakey")):
        pem = str(record["fields"]["key"])
        kid = hashlib.md5(pem.encode(), usedforsecurity=False).hexdigest()
        if ring.get(kid) is not None:
            result.notes.append(f"the key {kid} is here already")
            continue
        jwk = import_pem(pem.encode(), "RS256", kid=kid)
        key = ring.add(SigningKey(jwk, settings.secret, state=NEXT, now=now))
        if position == 0:
            ring.activate(key, now=now, keep=settings.key_retire_after)
        else:
            ring.retire(key, now=now, keep=settings.key_retire_after)
        result.keys += 1


def _clients(
    provider: Provider,
    settings: Settings,
    dump: Dump,
    result: Imported,
    now: int,
    scopes: tuple[str, ...],
    auth_method: str,
) -> None:
    for record in dump.of("client"):
        fields = record["fields"]
        if provider.clients.get(str(fields["client_id"])) is not None:
            result.notes.append(f"client {fields['client_id']}: is here already")
            continue
        client, notes = client_from(
            fields,
            dump.response_types(fields),
            scopes=scopes,
            auth_method=auth_method,
            under=settings.secret,
            now=now,
        )
        provider.clients.add(client)
        result.clients += 1
        result.notes += notes


def _people(provider: Provider, dump: Dump, result: Imported, now: int) -> None:
    for record in dump.users():
        fields = record["fields"]
        username = str(fields["username"])
        if provider.users.by_username(username) is not None:
            result.notes.append(f"user {username}: is here already")
            continue
        user = User(
            username,
            now=now,
            given_name=fields.get("first_name") or None,
            family_name=fields.get("last_name") or None,
            email=fields.get("email") or None,
        )
        user.id = str(record["pk"])
        if not fields.get("is_active", True):
            user.disable(now=now)
        provider.users.add(user)
        result.people += 1


def _consents(provider: Provider, dump: Dump, result: Imported, now: int) -> None:
    """Remembered until they would have expired there. A user is known by primary key."""
    client_ids = {one.get("pk"): str(one["fields"]["client_id"]) for one in dump.of("client")}
    account_ids = {str(one["fields"]["username"]): str(one["pk"]) for one in dump.users()}
    for record in dump.of("userconsent"):
        fields = record["fields"]
        client = provider.clients.get(client_ids.get(fields["client"]))
        until = moment(fields["expires_at"], now)
        if client is None or until <= now:
            continue
        user = key_of(fields["user"])
        account_id = account_ids.get(user, user) if isinstance(fields["user"], list) else user
        scope = tuple(str(fields.get("_scope") or "").split())
        grant = provider.grants.obtain(account_id, client.client_id, now=now)
        grant.allow(scope, now=moment(fields.get("date_given"), now))
        grant.remember(scope, until=until, consent_generation=client.consent_generation)
        result.consents += 1
