"""The claims of an ID Token (Core §2, §3.1.3.6, §3.3.2.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType

from oidc_pyramid.protocol.jose import half_hash

PLAIN = (str, int, NoneType)  # nearly all: told apart at once


@dataclass(frozen=True, slots=True)
class Authentication:
    """Who was authenticated, when (0: a host did not say), how, at which session."""

    subject: str
    auth_time: int
    acr: str = ""
    amr: tuple[str, ...] = ()
    sid: str = ""
    nonce: str | None = None


def id_token_claims(
    issuer: str,
    client_id: str,
    authentication: Authentication,
    *,
    now: int,
    lifetime: int,
    alg: str,
    access_token: str | None = None,
    code: str | None = None,
) -> dict[str, object]:
    """``aud`` is the client alone, so there is no ``azp`` (Core §2)."""
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": authentication.subject,
        "aud": client_id,
        "exp": now + lifetime,
        "iat": now,
    }
    optional = {
        "auth_time": authentication.auth_time,
        "nonce": authentication.nonce,
        "acr": authentication.acr,
        "amr": list(authentication.amr),
        "sid": authentication.sid,
        "at_hash": access_token and alg != "none" and half_hash(alg, access_token),
        "c_hash": code and alg != "none" and half_hash(alg, code),
    }
    claims.update({name: value for name, value in optional.items() if value})
    return claims


def without_empty(claims: Mapping[str, object]) -> dict[str, object]:
    """Claims without a value are left out, never sent empty (Core §5.3.2)."""
    kept: dict[str, object] = {}
    for name, value in claims.items():
        cleaned = value
        if not isinstance(value, PLAIN) and isinstance(value, Mapping):
            cleaned = without_empty(value)
        if cleaned not in (None, "", (), [], {}):
            kept[name] = cleaned
    return kept
