"""A request object's claims as parameters (Core §6, RFC 9101 §4)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from oidc_pyramid.protocol.compact import JoseError
from oidc_pyramid.protocol.times import check_times

TYPS = (None, "JWT", "oauth-authz-req+jwt")
SKEW = 10
LONGEST_LIFE = 3600
NESTED = ("request", "request_uri", "client_assertion", "client_secret")
REPEATABLE = frozenset({"resource"})
TEXTS = frozenset(
    {
        "acr_values",
        "claims_locales",
        "code_challenge",
        "code_challenge_method",
        "display",
        "id_token_hint",
        "login_hint",
        "max_age",
        "nonce",
        "prompt",
        "redirect_uri",
        "response_mode",
        "response_type",
        "scope",
        "state",
        "ui_locales",
    }
)
ABOUT = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "sub"})


def check(claims: Mapping[str, object], client_id: str, issuer: str, *, now: int) -> None:
    """Who made it, for whom, and when; raises ``JoseError`` (RFC 9101 §4, §6.3).

    A ``sub`` that is the client makes it a client assertion, whatever else it says (§10.8).
    """
    if any(name in claims for name in NESTED):
        raise JoseError("a request object must not hold another, or credentials")
    if claims.get("client_id", client_id) != client_id or claims.get("sub") == client_id:
        raise JoseError("client_id differs from the one of the request")
    if claims.get("iss", client_id) != client_id:
        raise JoseError("iss is not the client")
    audience = claims.get("aud", issuer)
    if issuer != audience and not (isinstance(audience, list) and issuer in audience):
        raise JoseError("aud does not name this provider")
    check_times(claims, now, leeway=SKEW, require=())
    for name, low, high in (("exp", 0, LONGEST_LIFE), ("nbf", -LONGEST_LIFE, SKEW)):
        value = claims.get(name)
        if isinstance(value, int | float) and not low - SKEW <= value - now <= high + SKEW:
            raise JoseError(f"{name} is too far away")


def parameters(claims: Mapping[str, object], client_id: str) -> list[tuple[str, str]]:
    """The parameters that it stands for; nothing from outside is added (RFC 9101 §6.3)."""
    pairs = [("client_id", client_id)]
    for name, value in claims.items():
        if name not in ABOUT and name != "client_id" and value is not None:
            values = value if name in REPEATABLE and isinstance(value, list) else [value]
            pairs += [(name, _text(name, one)) for one in values]
    return pairs


def _text(name: str, value: object) -> str:
    """Numbers, booleans and objects become what they would be in a query (RFC 9101 §4); what a
    parameter that we don't know may be is not our business."""
    if isinstance(value, str):
        return value
    if name in TEXTS and not isinstance(value, int):
        raise JoseError(f"{name} is not a text")
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
