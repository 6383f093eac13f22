"""A walk through the whole database: does every object load, and does it agree with the others?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from BTrees.check import check
from BTrees.OOBTree import OOBTree
from ZODB import DB
from ZODB.serialize import referencesf
from ZODB.utils import oid_repr, z64

from oidc_pyramid.models.clients import Clients
from oidc_pyramid.models.evolve import older, pending
from oidc_pyramid.models.keys import CURRENT, NEXT, PUBLISHED
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.shards import Shard, Shards
from oidc_pyramid.settings import Settings
from oidc_pyramid.storage.work import provider_in, snapshot

KEPT = 10_000


def problems(db: DB, settings: Settings) -> Iterator[str]:
    """A sentence for each thing that is wrong."""
    with snapshot(db) as root:
        broken = list(_unreadable(root))
        yield from broken
        if broken:
            return  # what follows would stumble over the same
        provider = provider_in(root)
        if pending(provider):
            yield older(provider)
            return
        yield from _keys(provider, settings)
        yield from _names(provider)
        yield from _directory(provider)
        yield from _places(provider)


def count(db: DB) -> int:
    """How many objects the root reaches."""
    with snapshot(db) as root:
        return sum(1 for _ in _reached(root))


def _reached(root: Any) -> Iterator[tuple[bytes, str]]:
    """Each object once, and why its record can't be had, if so."""
    storage = root._p_jar._storage
    seen, todo = {z64}, [z64]
    while todo:
        oid = todo.pop()
        try:
            data, _serial = storage.load(oid)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            yield oid, f"{type(error).__name__}: {error}"
            continue
        yield oid, ""
        new = set(referencesf(data)) - seen
        seen |= new
        todo.extend(new)


def _unreadable(root: Any) -> Iterator[str]:
    """Every object is of a class that may be read, is there, and holds what its class expects."""
    connection, inner = root._p_jar, set[bytes]()
    for number, (oid, reason) in enumerate(_reached(root)):
        found = reason or _activated(connection, oid, inner)
        if found:
            yield f"object {oid_repr(oid)}: {found}"
        if not number % KEPT:
            connection.cacheMinimize()


def _activated(connection: Any, oid: bytes, inner: set[bytes]) -> str:
    """What goes wrong when the object is loaded, and its tree looked at. The *inner* nodes of a
    large tree are looked at from its top: alone, their last leaf seems to have one too many."""
    try:
        found = connection.get(oid)
        found._p_activate()
        if isinstance(found, OOBTree):
            inner |= {node._p_oid for node in _nodes(found)}
            if oid not in inner:
                found._check()
                check(found)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(error).__name__}: {error}"
    return ""


def _nodes(tree: OOBTree) -> list[OOBTree]:
    """Those between the tree's top and its leaves that it has directly below it."""
    state = tree.__getstate__()
    below = () if state is None else state[0][::2]
    return [node for node in below if isinstance(node, OOBTree)]


def _keys(provider: Provider, settings: Settings) -> Iterator[str]:
    """What lies encrypted opens, and one key of each algorithm signs."""
    try:
        opened = provider.vault.open(settings.secrets)
        if opened.current not in opened.roots:
            yield "the vault's current root is not among its roots"
    except ValueError as error:
        yield f"the vault does not open with oidc.secret: {error}"
    ring = provider.keys.keys
    for key in ring:
        if key.state in PUBLISHED or key.private:
            yield from _opens(f"the key {key.kid}", partial(key.open, settings.secrets))
    for state in (CURRENT, NEXT):
        algs = [key.alg for key in ring if key.state == state]
        yield from (
            f"several keys of {a} are {state}" for a in sorted({*algs}) if algs.count(a) > 1
        )
    for client in provider.clients:
        if client.secret_wrapped:
            what = f"the secret of client {client.client_id}"
            yield from _opens(what, partial(client.open_secret, settings.secrets))


def _opens(what: str, work: Callable[[], object]) -> Iterator[str]:
    try:
        work()
    except ValueError as error:
        yield f"{what} does not open with oidc.secret: {error}"


def _names(provider: Provider) -> Iterator[str]:
    """People and their login names find each other."""
    users = provider.users
    for name, account_id in users.usernames():
        person = users.get(account_id)
        if person is None or person.username_key != name:
            yield f"the login name {name!r} leads to nobody of that name"
    for person in users:
        if users.by_username(person.username) is not person:
            yield f"{person.id} is not found by the login name {person.username!r}"
        if person.__parent__ is not users:
            yield f"{person.id} does not know where it lies"
        person._p_deactivate()


def _directory(provider: Provider) -> Iterator[str]:
    """A search finds everybody by what they are called, and by nothing else."""
    users, listed = provider.users, provider.users.directory()
    for person in users:
        yield from (
            f"{person.id} is not found by a search for {name!r}"
            for kind, name, account_id in sorted(person.entries)
            if listed.of((kind, name, account_id)) is not person
        )
        person._p_deactivate()
    for entry, person in listed:
        if entry not in person.entries or users.get(person.id) is not person:
            yield f"a search for {entry[1]!r} finds nobody who is called so"
        person._p_deactivate()


def _places(provider: Provider) -> Iterator[str]:
    """Each record lies under the key that it has, in the shard where that key is looked for."""
    for name, shards, key_of in _kept(provider):
        for shard in shards.shards():
            for key in shard.data:
                yield from _placed(name, shards, shard, key, key_of)
    yield from _clients(provider.clients)


def _clients(clients: Clients) -> Iterator[str]:
    found = list(clients.ids())
    for client_id in found:
        if clients[client_id].client_id != client_id:
            yield f"clients: {client_id!r} holds another client"
    if len(found) != len(clients):
        yield f"clients: there are {len(found)}, and {len(clients)} were counted"


def _placed(
    name: str, shards: Shards, shard: Shard, key: str, key_of: Callable[[Any], str] | None
) -> Iterator[str]:
    if shards.shard(key) is not shard:
        yield f"{name}: {key!r} lies where it is not looked for"
    elif key_of is not None:
        value = shards.get(key)
        if key_of(value) != key:
            yield f"{name}: {key!r} holds something else"
        value._p_deactivate()


def _kept(provider: Provider) -> Iterator[tuple[str, Shards, Callable[[Any], str] | None]]:
    browsers, sessions = provider.browsers.trees()
    yield "people", provider.users.tree(), lambda person: str(person.id)
    yield "authorizations", provider.authorizations.tree(), lambda one: str(one.id)
    yield "browsers", browsers, lambda browser: str(browser.key)
    yield "sessions", sessions, lambda session: f"{session.account_id}:{session.sid}"
    yield "grants", provider.grants.tree(), lambda grant: f"{grant.account_id}:{grant.client_id}"
    yield "registration tokens", provider.registration_tokens.tree(), lambda one: str(one.key)
    yield "logout messages", provider.outbox.tree(), lambda message: str(message.id)
    yield "denylist", provider.denylist.tree(), None
    yield "assertions", provider.assertions, None
