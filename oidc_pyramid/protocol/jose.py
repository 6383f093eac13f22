"""Signed tokens: making ours, believing those of others (RFC 7515, RFC 7518 §3, RFC 8725).

We sign with the ``cryptography`` key that was parsed once: parsing a private RSA key takes as
long as fifty signatures. Signatures of others are checked by jwcrypto, after
:mod:`~oidc_pyramid.protocol.compact` has read the token more strictly than jwcrypto does.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from oidc_pyramid.protocol import base64url
from oidc_pyramid.protocol.compact import JoseError, Unverified, parse
from oidc_pyramid.protocol.jwk import (
    CURVES,
    HMAC_BYTES,
    RSA_ALGS,
    SIGNING_ALGS,
    PublicKey,
    import_pem,
    new_key,
    parse_jwks,
    public_key,
    public_part,
    symmetric_key,
    thumbprint,
)
from oidc_pyramid.protocol.times import check_times

__all__ = [
    "SIGNING_ALGS",
    "JoseError",
    "PublicKey",
    "Signer",
    "UnknownKey",
    "Unverified",
    "check_times",
    "half_hash",
    "import_pem",
    "new_key",
    "parse",
    "parse_jwks",
    "parse_unsigned",
    "public_key",
    "public_part",
    "symmetric_key",
    "thumbprint",
    "unsigned",
    "verify",
]

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_EC_BYTES = {"ES256": 32, "ES384": 48, "ES512": 66}
_SIGNATURE_BYTES = {**{alg: 2 * n for alg, n in _EC_BYTES.items()}, "EdDSA": 64, **HMAC_BYTES}
_to_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class UnknownKey(JoseError):
    """None of the keys has the kid of the token: their owner may have published a new one."""


class Signer:
    """One private key, parsed once and kept; it signs with one algorithm."""

    def __init__(self, jwk_json: str, alg: str, kid: str | None) -> None:
        self.alg = alg
        self.kid = kid
        try:
            self._sign = _signing(alg, JWK.from_json(jwk_json))
        except (JWException, TypeError):  # jwcrypto trips over missing members
            raise ValueError("this is not a private key for signing") from None
        self._headers: dict[str | None, bytes] = {}

    def sign(self, claims: Mapping[str, object], typ: str | None = None) -> str:
        """The compact serialization of these claims, signed."""
        header = self._headers.get(typ)
        if header is None:
            header = self._headers[typ] = self._header(typ)
        signed = header + b"." + _encoded(claims)
        return f"{signed.decode('ascii')}.{base64url.encode(self._sign(signed))}"

    def _header(self, typ: str | None) -> bytes:
        header = {"alg": self.alg, "typ": typ, "kid": self.kid}
        return _encoded({name: value for name, value in header.items() if value is not None})

    def __repr__(self) -> str:
        return f"<Signer {self.kid} {self.alg}>"


def verify(
    token: str,
    keys: Iterable[PublicKey],
    algs: Collection[str],
    typ: str | Collection[str | None] | None = None,
) -> dict[str, object]:
    """The claims, if one of these keys signed them with one of these algorithms.

    ``typ`` names the media type that the token must have, or several (``None`` among them: it
    may have none); left out, it is not looked at. Times, issuer and audience are the caller's.
    """
    unverified = parse(token)
    alg = unverified.alg
    if alg not in algs or alg not in SIGNING_ALGS:
        raise JoseError("the token is signed with an algorithm that is not accepted")
    _check_typ(unverified.header.get("typ"), typ)
    if len(unverified.signature) != _SIGNATURE_BYTES.get(alg, len(unverified.signature)):
        raise JoseError("the signature has the wrong length")
    if not any(_is_signed_by(token, key, alg) for key in _candidates(unverified, keys)):
        raise JoseError("the signature does not match")
    return dict(unverified.claims)


def unsigned(claims: Mapping[str, object], typ: str | None = None) -> str:
    """A token with ``alg`` ``none``, for clients registered for that (Core §2, §5.3.2)."""
    header = {"alg": "none"} if typ is None else {"alg": "none", "typ": typ}
    return f"{(_encoded(header) + b'.' + _encoded(claims)).decode('ascii')}."


def parse_unsigned(token: str) -> dict[str, object]:
    """The claims of a token that says itself that nobody vouches for it."""
    unverified = parse(token)
    if unverified.alg != "none" or unverified.signature:
        raise JoseError("this is not an unsigned token")
    return dict(unverified.claims)


def half_hash(alg: str, value: str) -> str:
    """``at_hash``, ``c_hash``, ``s_hash``: the left half of a digest (Core §3.1.3.6, §3.3.2.11)."""
    if alg not in SIGNING_ALGS:
        raise ValueError(f"no hash belongs to {alg}")
    name = "sha512" if alg == "EdDSA" else f"sha{alg[2:]}"
    digest = hashlib.new(name, value.encode("ascii")).digest()
    return base64url.encode(digest[: len(digest) // 2])


def _encoded(value: Mapping[str, object]) -> bytes:
    return base64url.encode(_to_json(value).encode("utf-8")).encode("ascii")


def _signing(alg: str, jwk: JWK) -> Callable[[bytes], bytes]:
    """The function that signs with this key; ``ValueError`` where key and algorithm differ."""
    if alg in HMAC_BYTES:
        return _hmac_signing(alg, jwk)
    key: Any = jwk.get_op_key("sign")
    if alg == "EdDSA" and jwk.get("crv") == CURVES[alg]:
        return key.sign  # type: ignore[no-any-return]
    if alg in _EC_BYTES and jwk.get("crv") == CURVES[alg]:
        return _ec_signing(key, ec.ECDSA(_HASHES[alg[2:]]), _EC_BYTES[alg])
    if alg in RSA_ALGS and jwk.get("kty") == "RSA":
        digest = _HASHES[alg[2:]]
        return _rsa_signing(key, _padding(alg, digest), digest)
    raise ValueError(f"this key can't sign with {alg}")


def _rsa_signing(key: Any, pad: object, digest: object) -> Callable[[bytes], bytes]:
    return lambda data: key.sign(data, pad, digest)


def _padding(alg: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if alg.startswith("RS"):
        return padding.PKCS1v15()
    return padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)


def _ec_signing(key: Any, ecdsa: ec.ECDSA, size: int) -> Callable[[bytes], bytes]:
    """JWS wants r and s side by side, not the DER of X.509 (RFC 7518 §3.4)."""

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ecdsa))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


def _hmac_signing(alg: str, jwk: JWK) -> Callable[[bytes], bytes]:
    if jwk.get("kty") != "oct":
        raise ValueError(f"this key can't sign with {alg}")
    secret = base64url.decode(jwk["k"])
    if len(secret) < HMAC_BYTES[alg]:
        raise ValueError(f"a secret for {alg} has at least {HMAC_BYTES[alg]} bytes")
    return lambda data: hmac.digest(secret, data, f"sha{alg[2:]}")


def _candidates(unverified: Unverified, keys: Iterable[PublicKey]) -> list[PublicKey]:
    """The keys that may have signed: the one that kid names, or all of the kind without it."""
    known, kid = list(keys), unverified.kid
    if kid is not None:
        known = [key for key in known if key.kid == kid]
        if not known:
            raise UnknownKey("none of the keys has this kid")
    fitting = [key for key in known if key.verifies(unverified.alg)]
    if not fitting:
        raise JoseError("no key is meant for this algorithm")
    if kid is not None and len(fitting) > 1:
        raise JoseError("two keys have this kid")
    return fitting


def _is_signed_by(token: str, key: PublicKey, alg: str) -> bool:
    try:
        signature = JWS()
        signature.allowed_algs = [alg]
        signature.deserialize(token, key.jwk, alg)
    except Exception:  # noqa: BLE001 - jwcrypto lets TypeError, OverflowError and more through
        return False
    return bool(signature.is_valid)


def _check_typ(sent: object, wanted: str | Collection[str | None] | None) -> None:
    """Media types don't know case, and ``application/`` may be left out (RFC 7515 §4.1.9)."""
    if wanted is None:
        return
    accepted = {wanted} if isinstance(wanted, str) else set(wanted)
    if _media_type(sent) not in set(map(_media_type, accepted)):
        raise JoseError("the token is of another type")


def _media_type(typ: object) -> str | None:
    return None if typ is None else str(typ).lower().removeprefix("application/")
