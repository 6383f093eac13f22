"""What a third party vouches for in a registration (RFC 7591 §2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oidc_pyramid.protocol import strict_json
from oidc_pyramid.protocol.compact import JoseError
from oidc_pyramid.protocol.errors import InvalidSoftwareStatement, UnapprovedSoftwareStatement
from oidc_pyramid.protocol.jose import parse, parse_jwks, verify
from oidc_pyramid.protocol.jwk import ASYMMETRIC
from oidc_pyramid.protocol.times import check_times

SPEC = "RFC 7591 §2.3"
ABOUT = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})


def with_statement(document: Mapping[str, Any], jwks: str, *, now: int) -> dict[str, Any]:
    """The document with the statement's values in the place of its own.

    Raises ``InvalidSoftwareStatement`` and ``UnapprovedSoftwareStatement``.
    """
    said = dict(document)
    statement = said.pop("software_statement", None)
    if statement is None:
        return said
    claims = _verified(statement, jwks)
    try:
        check_times(claims, now, require=())
    except JoseError as error:
        raise InvalidSoftwareStatement(f"software_statement: {error}", spec=SPEC) from error
    return said | {name: value for name, value in claims.items() if name not in ABOUT}


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
