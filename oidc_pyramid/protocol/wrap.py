"""Encryption of what lies in the database, under a secret that does not."""

from __future__ import annotations

import secrets

from oidc_pyramid.protocol.seal import SealError, checked_secret, decrypt, encrypt, hkdf, joined

VERSION = b"\x01"

_SALT = 16
_PURPOSE = b"oidc_pyramid key at rest"


def wrap(secret: bytes, name: str, plaintext: bytes) -> bytes:
    """A value that opens under the same secret and name only; each has a key of its own."""
    salt = secrets.token_bytes(_SALT)
    return VERSION + salt + encrypt(_key(secret, salt, name), plaintext, VERSION + joined(name))


def unwrap(secret: bytes, name: str, wrapped: bytes) -> bytes:
    """What :func:`wrap` was given, or ``SealError``."""
    if wrapped[:1] != VERSION:
        raise SealError("this is not a wrapped value")
    salt, sealed = wrapped[1 : 1 + _SALT], wrapped[1 + _SALT :]
    return decrypt(_key(secret, salt, name), sealed, VERSION + joined(name))


def _key(secret: bytes, salt: bytes, name: str) -> bytes:
    return hkdf(checked_secret(secret), salt, _PURPOSE + joined(name))
