"""Encryption of what lies in the database, under a secret that does not."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oidc_pyramid.protocol.seal import SealError, checked_secret, hkdf, joined

VERSION = b"\x01"

_SALT = 16
_TAG = 16
_NONCE = bytes(12)  # a key wraps one value, so its nonce may be constant
_PURPOSE = b"oidc_pyramid key at rest"


def wrap(secret: bytes, name: str, plaintext: bytes) -> bytes:
    """Encrypt what lies in the database; it opens under the same secret and name only."""
    salt = secrets.token_bytes(_SALT)
    names = joined(name)
    key = hkdf(checked_secret(secret), salt, _PURPOSE + names)
    return VERSION + salt + AESGCM(key).encrypt(_NONCE, plaintext, VERSION + names)


def unwrap(secret: bytes, name: str, wrapped: bytes) -> bytes:
    """What :func:`wrap` was given, or ``SealError``."""
    if len(wrapped) < len(VERSION) + _SALT + _TAG or wrapped[:1] != VERSION:
        raise SealError("this is not a wrapped value")
    salt, sealed = wrapped[1 : 1 + _SALT], wrapped[1 + _SALT :]
    names = joined(name)
    key = hkdf(checked_secret(secret), salt, _PURPOSE + names)
    try:
        return AESGCM(key).decrypt(_NONCE, sealed, VERSION + names)
    except InvalidTag:
        raise SealError(f"{name} was not wrapped under this secret, or is damaged") from None
