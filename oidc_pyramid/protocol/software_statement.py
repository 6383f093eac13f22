"""What a third party vouches for in a registration (RFC 7591 §2.3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from oidc_pyramid.protocol import strict_json
from oidc_pyramid.protocol.compact import JoseError
from oidc_pyramid.protocol.errors import InvalidSoftwareStatement, UnapprovedSoftwareStatement
from oidc_pyramid.protocol.jose import parse, parse_jwks, verify
from oidc_pyramid.protocol.jwk import ASYMMETRIC
from oidc_pyramid.protocol.metadata_choices import CHOICES
from oidc_pyramid.protocol.times import check_times

SPEC = "RFC 7591 §2.3"
ABOUT = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})


#: Of each pair the statement leaves none to the client, when it sets one.
_PAIRS = (("jwks", "jwks_uri"), *((offer, member) for offer, (member, _) in CHOICES.items()))


def with_statement(
    document: Mapping[str, Any], jwks: str, *, audiences: Collection[str], now: int
) -> dict[str, Any]:
    """The document with the statement's values in the place of its own (RFC 7591 §3.1.1).

    What the statement says in one way is not said by the client in another: translations, a
    choice among several values, keys. ``audiences`` are the names of ours, of which it must have
    one where it says whom it is for.

    Raises ``InvalidSoftwareStatement`` and ``UnapprovedSoftwareStatement``.
    """
    said = dict(document)
    statement = said.pop("software_statement", None)
    if statement is None:
        return said
    claims = _verified(statement, jwks)
    try:
        check_times(claims, now, require=())
        _check_audience(claims, audiences)
    except JoseError as error:
        raise InvalidSoftwareStatement(f"software_statement: {error}", spec=SPEC) from error
    vouched = {name: value for name, value in claims.items() if name not in ABOUT}
    return {name: said[name] for name in said if not _overruled(name, vouched)} | vouched


def _check_audience(claims: Mapping[str, object], audiences: Collection[str]) -> None:
    if "aud" not in claims:
        return
    aud = claims["aud"]
    named = aud if isinstance(aud, list) else [aud]
    if not any(isinstance(one, str) and one in audiences for one in named):
        raise JoseError("it is not for this provider")


def _overruled(name: str, vouched: Mapping[str, object]) -> bool:
    field = name.partition("#")[0]
    pairs = [pair for pair in _PAIRS if field in pair]
    return field in vouched or any(member in vouched for pair in pairs for member in pair)


def _verified(statement: object, jwks: str) -> dict[str, object]:
    if not isinstance(statement, str):
        raise InvalidSoftwareStatement("software_statement is not a JWT", spec=SPEC)
    try:
        parse(statement)
    except JoseError as error:
        raise InvalidSoftwareStatement("software_statement is not a JWT", spec=SPEC) from error
    try:
        keys = parse_jwks(strict_json.loads(jwks)) if jwks else ()
        claims = verify(statement, keys, ASYMMETRIC)
    except JoseError as error:
        raise UnapprovedSoftwareStatement(
            "software_statement is not signed by anybody who is believed here",
            spec=SPEC,
            private=str(error),
        ) from error
    if not isinstance(claims.get("iss"), str):
        raise InvalidSoftwareStatement("software_statement has no iss", spec=SPEC)
    return claims
