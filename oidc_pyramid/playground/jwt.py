"""A signed token taken apart, and its signature checked with jwcrypto, as any client would."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from oidc_pyramid.playground.entry import Jwt, Row
from oidc_pyramid.playground.meanings import CLAIMS

ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
TIMES = frozenset({"exp", "iat", "nbf", "auth_time", "updated_at"})
YEAR_9999 = 253_402_300_799


def take_apart(token: str) -> Jwt | None:
    """Header and claims, nothing verified; None for what is no JWT of three parts."""
    parts = tuple(token.split("."))
    if len(parts) != 3:
        return None
    try:
        header, claims = (_json(part) for part in parts[:2])
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Jwt(parts, header, claims, rows=explained(claims))


def _json(part: str) -> Any:
    padded = part + "=" * (-len(part) % 4)
    return json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))


def explained(claims: dict[str, Any]) -> tuple[Row, ...]:
    """Each claim with its meaning; times also as people write them."""
    return tuple(Row(name, shown(name, value), CLAIMS.get(name)) for name, value in claims.items())


def shown(name: str, value: Any) -> str:
    """One value on one line."""
    if name in TIMES and isinstance(value, int) and 0 <= value <= YEAR_9999:
        moment = datetime.fromtimestamp(value, UTC)
        return f"{value} ({moment:%Y-%m-%d %H:%M:%S} UTC)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def key_for(keys: Iterable[Any], kid: object) -> dict[str, Any] | None:
    """The published key with that name which may sign."""
    for key in keys:
        if isinstance(key, dict) and key.get("kid") == kid and key.get("use", "sig") == "sig":
            return key
    return None


def signature_good(token: str, key: dict[str, Any], alg: object) -> bool:
    """With this very algorithm, never with what the token alone says (RFC 8725 §3.1)."""
    if alg not in ASYMMETRIC or key.get("alg", alg) != alg:
        return False
    try:
        signed = JWS()
        signed.allowed_algs = [alg]
        signed.deserialize(token)
        signed.verify(JWK(**key))
    except (JWException, ValueError, TypeError):
        return False
    return True
