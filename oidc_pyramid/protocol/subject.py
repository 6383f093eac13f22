"""An account as one client sees it: public or pairwise (Core §8)."""

from __future__ import annotations

import hmac
from hashlib import sha256

from oidc_pyramid.protocol import base64url


def pairwise(salt: bytes, sector: str, subject: str) -> str:
    """A keyed hash: not invertible, different per sector, stable for ever (Core §8.1)."""
    message = b"\0".join((sector.encode(), subject.encode()))
    return base64url.encode(hmac.new(salt, message, sha256).digest())
