"""Seals: values that we hand out and get back, so that the database need not know them.

A seal is readable and writable by its issuer alone, and only for the purpose it was made for.
Each message has its own key, derived from a random salt, so that no counter has to survive a
fork or a restored virtual machine.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oidc_pyramid.protocol import base64url

VERSION = b"\x01"
LONGEST = 65_536

_KID = 4
_SALT = 16
_KEY = 32
_TAG = 16
_HEAD = len(VERSION) + _KID
_OVERHEAD = _HEAD + _SALT + _TAG
_NONCE = bytes(12)  # a key seals one message, so its nonce may be constant
_MESSAGE = b"oidc_pyramid message key"
_PURPOSE = b"oidc_pyramid purpose key"


class SealError(ValueError):
    """Not a seal of ours for this purpose, whatever the reason."""


class UnknownSealKey(SealError):
    """Sealed under a root that is not in the ring: reread the ring, then believe it."""

    def __init__(self, kid: str) -> None:
        super().__init__("sealed under an unknown key")
        self.kid = kid


class Sealer:
    """Seals and opens for one issuer, with the roots of its ring.

    Purpose, issuer and epoch are authenticated with each message. Raising the epoch, as a
    restore from a backup does, ends every seal that is out there.
    """

    def __init__(self, roots: Mapping[str, bytes], current: str, issuer: str, epoch: int) -> None:
        self._roots = {_kid_bytes(kid): checked_secret(root) for kid, root in roots.items()}
        self._current = _kid_bytes(current)
        if self._current not in self._roots:
            raise ValueError("the current root is not among the roots")
        self._issuer = issuer
        self._epoch = epoch
        self._purposes: dict[tuple[bytes, str], tuple[bytes, bytes]] = {}

    def seal(self, purpose: str, payload: bytes) -> str:
        """A text that only :meth:`open` with the same purpose can read."""
        key, context = self._purpose_key(self._current, purpose)
        salt = secrets.token_bytes(_SALT)
        sealed = encrypt(hkdf(key, salt, _MESSAGE), payload, context)
        return base64url.encode(VERSION + self._current + salt + sealed)

    def open(self, purpose: str, text: str) -> bytes:
        """The payload, or ``SealError``; ``UnknownSealKey`` where another root is needed."""
        kid, salt, sealed = _parts(text)
        if kid not in self._roots:
            raise UnknownSealKey(kid.hex())
        key, context = self._purpose_key(kid, purpose)
        return decrypt(hkdf(key, salt, _MESSAGE), sealed, context)

    def _purpose_key(self, kid: bytes, purpose: str) -> tuple[bytes, bytes]:
        known = self._purposes.get((kid, purpose))
        if known is None:
            names = joined(purpose, self._issuer)
            key = hkdf(self._roots[kid], b"", _PURPOSE + names)
            context = VERSION + kid + names + struct.pack(">Q", self._epoch)
            known = self._purposes[kid, purpose] = (key, context)
        return known

    def __repr__(self) -> str:
        return f"<Sealer of {self._issuer}>"


def new_root() -> tuple[str, bytes]:
    """A random root for the ring, and the name it goes by in seals."""
    return secrets.token_hex(_KID), secrets.token_bytes(_KEY)


def derive(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, from a secret that serves several (RFC 5869)."""
    return hkdf(checked_secret(secret), b"", b"oidc_pyramid derived key" + joined(purpose))


def _parts(text: str) -> tuple[bytes, bytes, bytes]:
    if len(text) > LONGEST:
        raise SealError("too long for a seal")
    try:
        message = base64url.decode(text)
    except ValueError:
        raise SealError("not the text of a seal") from None
    if len(message) < _OVERHEAD or message[:1] != VERSION:
        raise SealError("not the text of a seal")
    return message[1:_HEAD], message[_HEAD : _HEAD + _SALT], message[_HEAD + _SALT :]


def encrypt(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """AES-256-GCM with a key that is used for this one message."""
    return AESGCM(key).encrypt(_NONCE, plaintext, context)


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The plaintext, or ``SealError`` where key, text or context is another."""
    try:
        return AESGCM(key).decrypt(_NONCE, sealed, context)
    except InvalidTag:
        raise SealError("damaged, or made with another key or for something else") from None


def hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869); as fast as two calls of ``hmac.digest``, and not our own."""
    return HKDF(SHA256(), _KEY, salt, info).derive(secret)


def joined(*names: str) -> bytes:
    """The names so that no two lists of them give the same bytes."""
    encoded = [name.encode("utf-8") for name in names]
    return b"".join(struct.pack(">I", len(name)) + name for name in encoded)


def checked_secret(secret: bytes) -> bytes:
    """The secret itself; ``ValueError`` where it is too short to be one."""
    if len(secret) < _KEY:
        raise ValueError(f"a secret must have at least {_KEY} bytes")
    return secret


def _kid_bytes(kid: str) -> bytes:
    kid_bytes = bytes.fromhex(kid)
    if len(kid_bytes) != _KID or kid_bytes.hex() != kid:
        raise ValueError("the name of a root is eight lower-case hexadecimal digits")
    return kid_bytes
