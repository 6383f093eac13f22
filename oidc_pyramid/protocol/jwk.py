"""JSON Web Keys: reading those of others, making our own (RFC 7517, RFC 7518 §6, RFC 8037)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK

from oidc_pyramid.protocol import base64url
from oidc_pyramid.protocol.compact import JoseError

MOST_KEYS = 20
SMALLEST_RSA = 2048
LARGEST_RSA = 4096
LARGEST_EXPONENT = 2**32

CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "EdDSA": "Ed25519"}
HMAC_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
RSA_ALGS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
ASYMMETRIC = (*RSA_ALGS, *CURVES)
SIGNING_ALGS = (*ASYMMETRIC, *HMAC_BYTES)

#: The members that make a key of each type, in the order of its thumbprint (RFC 7638 §3.2).
MEMBERS = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "oct": ("k", "kty"),
}
DESCRIPTION = ("kid", "alg", "use", "key_ops", "x5c", "x5t", "x5t#S256")
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
SUPPORTED_CURVES = {"EC": ("P-256", "P-384", "P-521"), "OKP": ("Ed25519", "X25519")}

# Points of small order on Ed25519: "keys" whose signatures anybody can make (RFC 8032 §5.1.7).
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked with, and what its owner says it is for."""

    kty: str
    kid: str | None
    alg: str | None
    use: str | None
    crv: str | None
    key_ops: tuple[str, ...]
    public: Mapping[str, object] = field(repr=False)
    jwk: JWK = field(repr=False, compare=False)

    def verifies(self, alg: str) -> bool:
        """May a signature of this algorithm be checked with it (RFC 7517 §4.2 to §4.4)?"""
        fits = self.alg in (None, alg) and self.use in (None, "sig")
        return fits and self._is_for_verifying() and self._is_of_the_kind(alg)

    def _is_for_verifying(self) -> bool:
        return not self.key_ops or "verify" in self.key_ops

    def _is_of_the_kind(self, alg: str) -> bool:
        if alg in CURVES:
            return self.crv == CURVES[alg]
        return self.kty == ("oct" if alg in HMAC_BYTES else "RSA" if alg in RSA_ALGS else None)


def public_key(jwk: Mapping[str, object], *, symmetric: bool = False) -> PublicKey:
    """A key of somebody else, checked; ``JoseError`` if it is private, weak or not a key.

    A symmetric one is refused unless asked for: it belongs into no document.
    """
    kty = str(jwk.get("kty"))
    if kty not in MEMBERS or (kty == "oct" and not symmetric):
        raise JoseError("a key of a type that is not supported")
    if kty != "oct" and not PRIVATE.isdisjoint(jwk):
        raise JoseError("a private key was sent where a public one is expected")
    crv = jwk.get("crv") if kty in SUPPORTED_CURVES else None
    if kty in SUPPORTED_CURVES and crv not in SUPPORTED_CURVES[kty]:
        raise JoseError("a key on a curve that is not supported")
    key = PublicKey(
        kty=kty,
        kid=_text(jwk, "kid"),
        alg=_text(jwk, "alg"),
        use=_text(jwk, "use"),
        crv=None if crv is None else str(crv),
        key_ops=_texts(jwk, "key_ops"),
        public={} if kty == "oct" else _public_members(jwk),
        jwk=_imported({name: jwk.get(name) for name in MEMBERS[kty]}),
    )
    _check_strength(key)
    return key


def parse_jwks(document: object, *, symmetric: bool = False) -> tuple[PublicKey, ...]:
    """The keys of a JWK Set; those of an unknown type or curve are passed over (RFC 7517 §5)."""
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, list | tuple):
        raise JoseError("a JWK Set is an object with an array named keys")
    if len(keys) > MOST_KEYS:
        raise JoseError(f"a JWK Set with more than {MOST_KEYS} keys")
    if not all(isinstance(key, Mapping) for key in keys):
        raise JoseError("a JWK is an object")
    if not symmetric and not all(PRIVATE.isdisjoint(key) for key in keys):
        raise JoseError("a JWK Set with a private or symmetric key")
    parsed = tuple(public_key(key, symmetric=symmetric) for key in keys if _is_known(key))
    named = [(key.kid, key.kty, key.use) for key in parsed if key.kid is not None]
    if len(set(named)) != len(named):
        raise JoseError("two keys of a JWK Set have the same kid")
    return parsed


def new_key(alg: str, kid: str | None = None, *, size: int = SMALLEST_RSA) -> dict[str, object]:
    """A private JWK for signing with this algorithm."""
    if alg in RSA_ALGS:
        if not SMALLEST_RSA <= size <= LARGEST_RSA:
            raise ValueError(f"an RSA key has {SMALLEST_RSA} to {LARGEST_RSA} bits")
        jwk = JWK.generate(kty="RSA", size=size)
    elif alg in HMAC_BYTES:
        jwk = JWK.generate(kty="oct", size=HMAC_BYTES[alg] * 8)
    elif alg in CURVES:
        jwk = JWK.generate(kty="OKP" if alg == "EdDSA" else "EC", crv=CURVES[alg])
    else:
        raise ValueError(f"{alg} is not an algorithm that we sign with")
    return _described(jwk.export(as_dict=True), alg, kid)


def import_pem(
    pem: bytes, alg: str | None = None, *, password: bytes | None = None, kid: str | None = None
) -> dict[str, object]:
    """The private JWK in a PEM file; ``ValueError`` says what is wrong with it."""
    try:
        jwk = JWK.from_pem(pem, password)
    except (JWException, ValueError, TypeError) as error:
        raise ValueError("not a PEM file with a private key, or not its password") from error
    if not jwk.has_private:
        raise ValueError("the PEM file holds a public key; a private one is needed to sign")
    members = jwk.export(as_dict=True)
    alg = alg or _usual_alg(members)
    key = public_key({name: members[name] for name in MEMBERS[str(members["kty"])]})
    if not key.verifies(alg):
        raise ValueError(f"this key can't sign with {alg}")
    return _described(members, alg, kid)


def public_part(jwk: Mapping[str, object]) -> dict[str, object]:
    """What others may see of a key: a list of members, so that a new secret one stays out."""
    kty = str(jwk["kty"])
    if kty == "oct":
        raise ValueError("a symmetric key has no public part")
    return {name: jwk[name] for name in (*MEMBERS[kty], *DESCRIPTION) if name in jwk}


def thumbprint(jwk: Mapping[str, object]) -> str:
    """The name that a key gives itself (RFC 7638)."""
    members = {name: jwk[name] for name in MEMBERS[str(jwk["kty"])]}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64url.encode(hashlib.sha256(text.encode()).digest())


def symmetric_key(secret: bytes, alg: str) -> dict[str, object]:
    """A shared secret as a JWK; ``ValueError`` where it is too short (RFC 7518 §3.2)."""
    if len(secret) < HMAC_BYTES[alg]:
        raise ValueError(f"a secret for {alg} has at least {HMAC_BYTES[alg]} bytes")
    return {"kty": "oct", "k": base64url.encode(secret), "alg": alg, "use": "sig"}


def _public_members(jwk: Mapping[str, object]) -> dict[str, object]:
    for name in ("x5t", "x5t#S256"):
        _text(jwk, name)
    _texts(jwk, "x5c")
    return public_part(jwk)


def _described(members: Mapping[str, object], alg: str, kid: str | None) -> dict[str, object]:
    return {**members, "kid": kid or thumbprint(members), "alg": alg, "use": "sig"}


def _usual_alg(members: Mapping[str, object]) -> str:
    if members["kty"] == "RSA":
        return "RS256"
    for alg, crv in CURVES.items():
        if members.get("crv") == crv:
            return alg
    raise ValueError("a key on a curve that is not supported")


def _is_known(jwk: Mapping[str, object]) -> bool:
    kty = jwk.get("kty")
    if not isinstance(kty, str) or kty not in MEMBERS:
        return False
    return kty not in SUPPORTED_CURVES or jwk.get("crv") in SUPPORTED_CURVES[kty]


def _text(jwk: Mapping[str, object], name: str) -> str | None:
    value = jwk.get(name)
    if value is not None and not isinstance(value, str):
        raise JoseError(f"{name} of a JWK is not a text")
    return value


def _texts(jwk: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = jwk.get(name, ())
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise JoseError(f"{name} of a JWK is not an array of texts")
    return tuple(value)


def _imported(members: Mapping[str, object]) -> JWK:
    """The key itself, its numbers checked: on the curve, canonical, not absurdly long."""
    try:
        for name in members.keys() - {"kty", "crv"}:
            base64url.decode(str(members[name]))
        jwk = JWK(**members)
        jwk.get_op_key("verify" if members.get("crv") != "X25519" else "encrypt")
    # jwcrypto: NotImplementedError for a kind of key that it reads and can not compute with
    except (JWException, ValueError, TypeError, NotImplementedError) as error:
        raise JoseError(f"not a valid key: {type(error).__name__}") from error
    return jwk


def _check_strength(key: PublicKey) -> None:
    if key.kty == "oct":
        return
    material = key.jwk.get_op_key("verify" if key.crv != "X25519" else "encrypt")
    if isinstance(material, rsa.RSAPublicKey):
        if not SMALLEST_RSA <= material.key_size <= LARGEST_RSA:
            raise JoseError(f"an RSA key has {SMALLEST_RSA} to {LARGEST_RSA} bits")
        if material.public_numbers().e > LARGEST_EXPONENT:
            raise JoseError("an RSA key with a huge exponent")
    elif isinstance(material, ed25519.Ed25519PublicKey):
        point = bytearray(material.public_bytes_raw())
        point[31] &= 0x7F
        if bytes(point) in _SMALL_ORDER:
            raise JoseError("an Ed25519 key of small order")
