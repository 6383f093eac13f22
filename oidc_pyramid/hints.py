"""``id_token_hint``: an ID Token of ours comes back; it proves nothing but whom is meant."""

from __future__ import annotations

import json
from typing import Any

from oidc_pyramid.issuer import Issuer
from oidc_pyramid.protocol.errors import Check
from oidc_pyramid.protocol.jose import JoseError, public_key, verify
from oidc_pyramid.protocol.jwk import ASYMMETRIC

CHECK = Check(
    "id-token-hint",
    "Core §3.1.2.1",
    "id_token_hint is not an ID Token of this provider for this client",
    "Send the ID Token as it was received.",
)


class NotOurs(ValueError):
    """The hint is not ours, or not this client's. The text is for the log."""


def read(issuer: Issuer, hint: str, client_id: str | None) -> dict[str, Any]:
    """The claims of a hint that we signed, expired or not (RP-Initiated Logout §4).

    Keys that have left the JWKS in their time still verify their own old tokens here; one that was
    retired at once, because it was stolen, verifies nothing.
    """
    ring = issuer.provider.keys.keys
    keys = [public_key(json.loads(key.public)) for key in ring if key.trusted and key.use == "sig"]
    try:
        claims: dict[str, Any] = verify(hint, keys, ASYMMETRIC, typ=(None, "JWT"))
    except JoseError as error:
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
