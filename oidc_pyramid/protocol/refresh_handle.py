"""The refresh token: an authenticated handle whose successor can be derived, never stored.

Handle = kid, family, generation, secret, and a tag. The secret of generation n+1 is
HMAC(K[kid], family, n+1, handle n): whoever presents handle n within the grace window gets the
same handle n+1 again, though the record holds nothing but digests.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from oidc_pyramid.protocol import base64url

_KID, _FAMILY, _GENERATION, _SECRET, _TAG = 4, 16, 4, 32, 16
_LENGTH = 1 + _KID + _FAMILY + _GENERATION + _SECRET + _TAG


class NotAuthentic(ValueError):
    """We did not make this handle."""


@dataclass(frozen=True, slots=True)
class Handle:
    """One generation of a family. ``text`` is what the client holds."""

    kid: str
    family: str
    generation: int
    text: str

    @property
    def digest(self) -> bytes:
        """What the record keeps."""
        return sha256(self.text.encode()).digest()


class Handles:
    """Makes and reads the handles of one issuer; ``keys`` are by 8 hex digit key id."""

    __slots__ = ("_current", "_keys")

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        self._keys = keys
        self._current = current

    def first(self, family: str, secret: bytes) -> Handle:
        """Generation 1 of a family (32 hex digits) with a random 32-byte secret."""
        return self._make(self._current, family, 1, secret)

    def successor(self, handle: Handle, kid: str | None = None) -> Handle:
        """Generation n+1, the same each time, under the current key or the one of *kid*."""
        kid = kid or self._current
        generation = handle.generation + 1
        message = b"next" + _head(kid, handle.family, generation) + handle.text.encode()
        return self._make(kid, handle.family, generation, self._mac(kid, message))

    def read(self, text: str) -> Handle:
        """Raises ``NotAuthentic`` for anything that we did not make."""
        try:
            raw = base64url.decode(text)
        except ValueError as error:
            raise NotAuthentic(str(error)) from error
        if len(raw) != _LENGTH or raw[0] != 1:
            msg = "not a refresh token"
            raise NotAuthentic(msg)
        kid = raw[1:5].hex()
        if kid not in self._keys or not hmac.compare_digest(
            self._mac(kid, b"tag" + raw[:-_TAG])[:_TAG], raw[-_TAG:]
        ):
            msg = "the tag is wrong"
            raise NotAuthentic(msg)
        return Handle(kid, raw[5:21].hex(), int.from_bytes(raw[21:25], "big"), text)

    def _make(self, kid: str, family: str, generation: int, secret: bytes) -> Handle:
        raw = b"\x01" + _head(kid, family, generation) + secret
        raw += self._mac(kid, b"tag" + raw)[:_TAG]
        return Handle(kid, family, generation, base64url.encode(raw))

    def _mac(self, kid: str, message: bytes) -> bytes:
        return hmac.new(self._keys[kid], message, sha256).digest()


def _head(kid: str, family: str, generation: int) -> bytes:
    return bytes.fromhex(kid) + bytes.fromhex(family) + generation.to_bytes(_GENERATION, "big")
