"""The storages by the scheme of their URI."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from ZODB.DemoStorage import DemoStorage
from ZODB.MappingStorage import MappingStorage

from oidc_pyramid.storage import file, sqlite, zconfig, zeo
from oidc_pyramid.storage.arguments import for_database, refuse_rest
from oidc_pyramid.storage.opening import Opening
from oidc_pyramid.storage.refusals import DatabaseError

_DEMO = re.compile(r"demo:\((?P<base>.*)\)/\((?P<changes>.*)\)(?:#(?P<arguments>.*))?")


def find(uri: str, *, create: bool) -> Opening:
    """The storage that *uri* names; with ``create`` it may be made."""
    scheme = uri.partition(":")[0]
    finder = FINDERS.get(scheme)
    if finder is None:
        raise DatabaseError(
            f"zodbconn.uri = {scheme}:... is not known: there are {', '.join(sorted(FINDERS))} "
            "(PostgreSQL is configured by zconfig://)"
        )
    return finder(uri, create=create)


def _memory(uri: str, *, create: bool) -> Opening:
    """``memory://NAME``: for tests; new at each start."""
    name, _, query = uri.removeprefix("memory://").partition("?")
    given = dict(parse_qsl(query))
    arguments = for_database(given)
    refuse_rest(uri, given)
    return Opening(uri, lambda: MappingStorage(name), arguments, volatile=True)


def _demo(uri: str, *, create: bool) -> Opening:
    """``demo:(BASE)/(CHANGES)``: the base is never written, so it must be there already."""
    match = _DEMO.fullmatch(uri)
    if match is None:
        raise DatabaseError(f"zodbconn.uri = {uri}: write demo:(BASE URI)/(URI for changes)")
    base = find(match["base"], create=False)
    changes = find(match["changes"], create=True)
    return Opening(
        uri,
        lambda: DemoStorage(base=base.open(), changes=changes.open()),
        for_database(dict(parse_qsl(match["arguments"] or ""))),
        changes.alone,
        volatile=base.volatile,
    )


FINDERS = {
    "demo": _demo,
    "file": file.find,
    "memory": _memory,
    "sqlite": sqlite.find,
    "zconfig": zconfig.find,
    "zeo": zeo.find,
}
