"""``id_token_hint``: an ID Token of ours comes back; it proves nothing but whom is meant."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from oidc_pyramid.issuer import Issuer
from oidc_pyramid.protocol.errors import Check
from oidc_pyramid.protocol.jose import (
    JoseError,
    PublicKey,
    parse,
    public_key,
    symmetric_key,
    verify,
)
from oidc_pyramid.protocol.jwk import ASYMMETRIC, HMAC_BYTES

CHECK = Check(
    "id-token-hint",
    "Core §3.1.2.1",
    "id_token_hint is not an ID Token of this provider for this client",
    "Send the ID Token as it was received.",
)
TYPS = (None, "JWT")


class NotOurs(ValueError):
    """The hint is not ours, or not this client's. The text is for the log."""


def read(issuer: Issuer, hint: str, client_id: str | None) -> dict[str, Any]:
    """The claims of a hint that we signed, expired or not (RP-Initiated Logout §4).

    One that is keyed with a client's secret is that client's alone. One without a signature
    anybody can write, so it is nobody's, even where such ID Tokens are issued.
    """
    try:
        claims = _signed(issuer, hint, client_id)
    except ValueError as error:
        raise NotOurs(str(error)) from error
    audience = claims.get("aud")
    if claims.get("iss") != issuer.name or not isinstance(audience, str):
        msg = "another issuer or no single audience"
        raise NotOurs(msg)
    if client_id is not None and audience != client_id:
        msg = f"issued to {audience!r}"
        raise NotOurs(msg)
    if not isinstance(claims.get("sub"), str):
        msg = "no sub"
        raise NotOurs(msg)
    return claims


def _signed(issuer: Issuer, hint: str, client_id: str | None) -> dict[str, Any]:
    unverified = parse(hint)
    if unverified.alg not in HMAC_BYTES:
        return verify(hint, _our_keys(issuer), ASYMMETRIC, TYPS)
    client = client_id or unverified.claims.get("aud")
    return verify(hint, [_secret_of(issuer, client, unverified.alg)], (unverified.alg,), TYPS)


def _our_keys(issuer: Issuer) -> list[PublicKey]:
    """Keys that have left the JWKS in their time still verify their own old tokens here; one that
    was retired at once, because it was stolen, verifies nothing."""
    ring = issuer.provider.keys.keys
    return [_parsed(key.public) for key in ring if key.trusted and key.use == "sig"]


@lru_cache
def _parsed(public: str) -> PublicKey:
    return public_key(json.loads(public))


def _secret_of(issuer: Issuer, client_id: object, alg: str) -> PublicKey:
    """The kept secret of a client whose ID Tokens are keyed with it (Core §10.1)."""
    client = issuer.provider.clients.get(client_id)
    if client is None or client.id_token_signed_response_alg != alg:
        raise JoseError(f"no client {client_id!r} with {alg} for its ID Tokens")
    secret = client.open_secret(issuer.settings.secrets).encode()
    return public_key(symmetric_key(secret, alg), symmetric=True)
