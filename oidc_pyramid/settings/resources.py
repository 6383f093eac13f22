"""``oidc.resources``: a line for each protected resource (RFC 8707, RFC 9068)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from oidc_pyramid.protocol import scope
from oidc_pyramid.protocol.jwk import ASYMMETRIC
from oidc_pyramid.protocol.resource import Resource, check_identifier
from oidc_pyramid.settings.convert import Converter, one_of, period, text, words

#: Of a person, not of a resource: several may know them (Core §5.4, §11).
SHARED = frozenset({"openid", "profile", "email", "phone", "address"})
READERS: Mapping[str, Converter[Any]] = {
    "scopes": words,
    "format": text,
    "alg": one_of(*ASYMMETRIC),
    "expire": period(),
}


def _resources(value: object) -> tuple[Resource, ...]:
    found = tuple(_resource(one) for one in _lines(value))
    _refuse_twice([resource.identifier for resource in found])
    _refuse_twice([name for resource in found for name in _own_scopes(resource)])
    return found


def _refuse_twice(names: list[str]) -> None:
    """What a person allows at one resource is never good at another."""
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name!r} is of two resources: one of them needs another name")


def _lines(value: object) -> Iterator[object]:
    if not isinstance(value, (str, bytes)):
        yield from value if isinstance(value, Iterable) else (value,)
    else:
        yield from filter(None, map(str.strip, text.read(value).splitlines()))


def _own_scopes(resource: Resource) -> Iterator[str]:
    return (name for name in resource.scopes or () if name not in SHARED)


def _resource(line: object) -> Resource:
    """``URI scopes=a,b format=jwt alg=ES256 expire=10m``; only the first two are needed."""
    if isinstance(line, Resource):
        return _checked(line)
    identifier, *options = text.read(line).split()
    given: dict[str, object] = {}
    for option in options:
        name, _, written = option.partition("=")
        if name not in READERS or name in given or not written:
            raise ValueError(
                f"{option!r} of {identifier} is not one of {', '.join(READERS)}, once, with a value"
            )
        given[name] = READERS[name].read(written)
    return _checked(Resource(identifier, **{"scopes": (), **given}))  # type: ignore[arg-type]


def _checked(resource: Resource) -> Resource:
    check_identifier(resource.identifier)
    if not resource.scopes:
        raise ValueError(f"{resource.identifier} needs scopes=, or nobody could be given a token")
    if "offline_access" in resource.scopes:
        raise ValueError("offline_access is between a client and us: no resource knows it")
    return replace(resource, scopes=scope.parse(" ".join(resource.scopes)))


resources = Converter("lines of `URI scopes=... format=... alg=... expire=...`", _resources)
