"""The claims of a client assertion: who, for whom, how long (RFC 7523 §3, RFC 10070, Core §9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from oidc_pyramid.protocol.compact import JoseError
from oidc_pyramid.protocol.times import check_times

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYPS = (None, "JWT", "client-authentication+jwt")
SKEW = 10
LONGEST_ID = 256


def check_assertion(
    claims: Mapping[str, object],
    client_id: str,
    *,
    audiences: Collection[str],
    strict: bool,
    now: int,
    longest: int,
) -> tuple[str, int]:
    """Its ``jti`` and when it expires, both to be remembered; raises ``JoseError``.

    ``strict`` clients name the issuer alone, as a string (RFC 10070 §4, FAPI 2.0).
    """
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise JoseError("iss and sub are not the client_id")
    check_times(claims, now, leeway=SKEW, require=("exp",))
    expires = int(float(str(claims["exp"])))
    if expires > now + longest + SKEW:
        raise JoseError("exp is too far ahead")
    _check_audience(claims.get("aud"), audiences, strict=strict)
    token_id = claims.get("jti")
    if not isinstance(token_id, str) or not 0 < len(token_id) <= LONGEST_ID:
        raise JoseError("jti is missing or too long")
    return token_id, expires + SKEW


def _check_audience(sent: object, audiences: Collection[str], *, strict: bool) -> None:
    if strict and not isinstance(sent, str):
        raise JoseError("aud must be the issuer, as a string")
    named = [sent] if isinstance(sent, str) else sent
    if not isinstance(named, list) or not any(one in audiences for one in named):
        raise JoseError("aud does not name this provider")
