"""Encrypted tokens (RFC 7516), with algorithms that are still good ones (RFC 8725 §3.2).

Encryption proves nothing about its sender: what is inside must be signed as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from oidc_pyramid.protocol import base64url, strict_json
from oidc_pyramid.protocol.compact import JoseError
from oidc_pyramid.protocol.jwk import PublicKey, thumbprint

ALGS = ("RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
ENCS = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
KEY_ALGS = ("RSA-OAEP-256", "ECDH-ES")
LONGEST = 64 * 1024
PARTS = 5


def new_encryption_key(alg: str) -> dict[str, object]:
    """A private JWK for requests that are encrypted to us; *alg* is one of ``KEY_ALGS``."""
    made = (
        JWK.generate(kty="RSA", size=2048)
        if alg.startswith("RSA")
        else JWK.generate(kty="EC", crv="P-256")
    )
    jwk: dict[str, object] = json.loads(made.export_private())
    return {**jwk, "kid": thumbprint(jwk), "alg": alg, "use": "enc"}


def encrypt(text: str, keys: Iterable[PublicKey], alg: str, enc: str, *, cty: str = "") -> str:
    """The compact serialization, for the client's key that fits; ``JoseError`` without one."""
    if alg not in ALGS or enc not in ENCS:
        raise JoseError("an encryption algorithm that is not offered")
    key = next((key for key in keys if _fits(key, alg)), None)
    if key is None:
        raise JoseError("the client has no key for this encryption")
    header = {"alg": alg, "enc": enc, "kid": key.kid, "cty": cty}
    protected = json.dumps({name: value for name, value in header.items() if value})
    token = JWE(text.encode(), protected, algs=[alg, enc])
    token.add_recipient(key.jwk)
    return str(token.serialize(compact=True))


def _fits(key: PublicKey, alg: str) -> bool:
    kind = "RSA" if alg.startswith("RSA") else "EC"
    return key.kty == kind and key.use in (None, "enc") and key.alg in (None, alg)


def is_encrypted(token: str) -> bool:
    """By its shape."""
    return token.count(".") == PARTS - 1


def decrypt(token: str, private: Mapping[str, JWK]) -> str:
    """What was encrypted to one of our keys, by kid; one error for every reason (RFC 8725 §3.2).

    ``zip``, ``crit``, embedded keys, passwords and plain shared keys are refused before anything
    is computed.
    """
    try:
        header = _header(token)
        kid = header.get("kid")
        keys = [private[kid]] if isinstance(kid, str) and kid in private else private.values()
        return _opened(token, keys, str(header["alg"]), str(header["enc"]))
    except Exception:  # noqa: BLE001 - jwcrypto lets many kinds through, and none may be told
        raise JoseError("the token can't be decrypted") from None


def _header(token: str) -> Mapping[str, object]:
    if len(token) > LONGEST or not is_encrypted(token):
        raise JoseError("not a token of five parts")
    header = strict_json.loads(base64url.decode(token.partition(".")[0]))
    allowed = {"alg", "enc", "kid", "typ", "cty", "epk", "apu", "apv", "iss", "aud", "sub"}
    if not isinstance(header, dict) or not set(header) <= allowed:
        raise JoseError("a header member that is not understood")
    if header.get("alg") not in ALGS or header.get("enc") not in ENCS:
        raise JoseError("an encryption algorithm that is not offered")
    return header


def _opened(token: str, keys: Iterable[JWK], alg: str, enc: str) -> str:
    for key in keys:
        try:
            found = JWE(algs=[alg, enc])
            found.deserialize(token, key)
            return bytes(found.payload).decode("utf-8")
        except Exception:  # noqa: BLE001, S112 - the next key may be the one
            continue
    raise JoseError("no key of ours opens it")
