"""``jwt``: a signed access token that a resource server reads without us (RFC 9068)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oidc_pyramid.interfaces import ITokenFormat
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.jose import PublicKey, parse, public_key, public_part, verify

TYP = "at+jwt"  # nothing else is accepted, and no reader of ours takes this (RFC 8725 §3.11)
PURPOSE = "access_token_jti"
FIXED = ("iss", "sub", "aud", "client_id", "exp", "iat", "jti")  # whatever a processor says


@plugin(ITokenFormat)
class Jwt:
    """Where a resource asks for it. What it rests on is sealed into its ``jti``, so that we can
    end it, and say so at introspection; whoever reads it offline learns that when it expires."""

    name = "jwt"

    def __init__(self) -> None:
        self._keys: dict[str, PublicKey] = {}

    def issue(self, token: AccessToken, issuer: Issuer) -> str:
        """Signed with the current key of the resource's algorithm (RFC 9068 §2.1)."""
        resource = issuer.target(token.audience)
        claims = token.claims(issuer.name, _sealed(token, issuer))
        client = issuer.provider.clients.get(token.client_id)
        account = issuer.accounts.get(token.account_id) if token.account_id else None
        told = issuer.process("access_token", claims, client, account, token.scope)
        told |= {name: claims[name] for name in FIXED}
        return issuer.own_signer(resource.alg).sign(told, TYP)

    def read(self, text: str, issuer: Issuer) -> AccessToken | None:
        """None for anything that we did not sign as an access token (RFC 9068 §4)."""
        if "." not in text:
            return None
        try:
            key = self._key(parse(text).kid, issuer)
            claims = verify(text, [key], (str(key.alg),), TYP)
            return _token(claims, issuer)
        except (ValueError, LookupError, TypeError):
            return None

    def _key(self, kid: str | None, issuer: Issuer) -> PublicKey:
        """The published key of that name, parsed once; ``LookupError`` where there is none.

        Each is for the algorithm that it names (RFC 8725 §3.1).
        """
        published = {jwk["kid"]: jwk for jwk in issuer.keys.public()}
        jwk = published[kid]
        known = self._keys.get(jwk["kid"])
        if known is None or known.public != public_part(jwk):
            known = public_key(jwk)
            kept = {kid: key for kid, key in self._keys.items() if kid in published}
            self._keys = {**kept, jwk["kid"]: known}
        return known


def _sealed(token: AccessToken, issuer: Issuer) -> str:
    """Unique, as a seal holds a random salt; tells nobody but us anything."""
    anchors = [token.authorization, token.account_id, token.generation]
    return issuer.opened.sealer.seal(PURPOSE, json.dumps(anchors).encode())


def _token(claims: Mapping[str, Any], issuer: Issuer) -> AccessToken | None:
    if claims["iss"] != issuer.name:
        return None
    sealed = issuer.opened.sealer.open(PURPOSE, claims["jti"])
    authorization, account_id, generation = json.loads(sealed)
    audience = claims["aud"]
    return AccessToken(
        id=claims["jti"],
        authorization=authorization,
        client_id=claims["client_id"],
        account_id=account_id,
        scope=tuple(str(claims.get("scope", "")).split()),
        audience=(audience,) if isinstance(audience, str) else tuple(audience),
        issued_at=int(claims["iat"]),
        expires_at=int(claims["exp"]),
        generation=generation,
    )
