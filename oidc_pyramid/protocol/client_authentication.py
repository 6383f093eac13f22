"""How a client is to prove who it is, and whether what it registers can ever do so (RFC 7591 §2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from oidc_pyramid.protocol.jwk import ASYMMETRIC, HMAC_BYTES, parse_jwks

CIBA = "urn:openid:params:grant-type:ciba"

_KEYS_NEEDED = frozenset({"private_key_jwt", "self_signed_tls_client_auth"})
_ALGS: Mapping[str, Collection[str]] = {
    "private_key_jwt": ASYMMETRIC,
    "client_secret_jwt": tuple(HMAC_BYTES),
}


def check_authentication(metadata: Mapping[str, Any]) -> None:
    """Raises ``ValueError`` for what contradicts itself.

    A client that acts on its own must prove who it is (RFC 6749 §4.4).
    """
    method = metadata["token_endpoint_auth_method"]
    if "jwks" in metadata and "jwks_uri" in metadata:
        raise ValueError("jwks and jwks_uri must not be used together")
    if method in _KEYS_NEEDED and "jwks" not in metadata and "jwks_uri" not in metadata:
        raise ValueError(f"token_endpoint_auth_method {method} needs jwks_uri or jwks")
    if method == "none":
        for grant in ("client_credentials", CIBA):
            if grant in metadata["grant_types"]:
                raise ValueError(f"the grant type {grant} is not for clients without a secret")
    _check_assertions(method, metadata)


def _check_assertions(method: str, metadata: Mapping[str, Any]) -> None:
    """Keys sign with RS, PS, ES and EdDSA, secrets with HS; never is nothing enough (Core §9)."""
    alg = metadata.get("token_endpoint_auth_signing_alg")
    if alg == "none":
        raise ValueError("token_endpoint_auth_signing_alg must not be none")
    if alg is not None and not signs(method, alg):
        raise ValueError(f"token_endpoint_auth_signing_alg {alg} is not for {method}")
    if method == "private_key_jwt" and "jwks" in metadata:
        _check_keys(metadata["jwks"], ASYMMETRIC if alg is None else (alg,), method)


def signs(method: str, alg: str) -> bool:
    """May assertions of this method be signed so? Where it has none, the algorithm means nothing."""
    return alg in _ALGS.get(method, (alg,))


def _check_keys(jwks: object, algs: Collection[str], method: str) -> None:
    if not any(key.verifies(alg) for key in parse_jwks(jwks) for alg in algs):
        raise ValueError(f"jwks has no key that {method} could be signed with")
