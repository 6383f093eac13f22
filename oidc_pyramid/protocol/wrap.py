"""Encryption of what lies in the database, under a secret that does not."""

from __future__ import annotations

import secrets
from contextlib import suppress

from oidc_pyramid.protocol.seal import SealError, checked_secret, decrypt, encrypt, hkdf, joined

VERSION = b"\x01"
#: One secret, or the present one and those before it.
Secrets = bytes | tuple[bytes, ...]

_SALT = 16
_PURPOSE = b"oidc_pyramid key at rest"


def wrap(secret: bytes, name: str, plaintext: bytes) -> bytes:
    """A value that opens under the same secret and name only; each has a key of its own."""
    salt = secrets.token_bytes(_SALT)
    return VERSION + salt + encrypt(_key(secret, salt, name), plaintext, VERSION + joined(name))


def unwrap(secrets_: Secrets, name: str, wrapped: bytes) -> bytes:
    """What :func:`wrap` was given, or ``SealError``. Of several secrets the first that fits."""
    if wrapped[:1] != VERSION:
        raise SealError("this is not a wrapped value")
    salt, sealed = wrapped[1 : 1 + _SALT], wrapped[1 + _SALT :]
    *others, last = (secrets_,) if isinstance(secrets_, bytes) else secrets_
    for secret in others:
        with suppress(SealError):
            return decrypt(_key(secret, salt, name), sealed, VERSION + joined(name))
    return decrypt(_key(last, salt, name), sealed, VERSION + joined(name))


def _key(secret: bytes, salt: bytes, name: str) -> bytes:
    return hkdf(checked_secret(secret), salt, _PURPOSE + joined(name))
