"""Client secrets: random, long, and remembered as digests only.

A secret has 384 random bits, so that a plain SHA-256 digest gives nothing away; a password
hash would cost every token request and protect nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

BYTES = 48


def new_secret() -> str:
    """A fresh secret: 64 characters that need no encoding in a URL or a header, long enough to
    key HS512 (RFC 7518 §3.2)."""
    return secrets.token_urlsafe(BYTES)


def digest(secret: str) -> bytes:
    """What is stored in place of the secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def matches(secret: str, digests: Iterable[bytes]) -> bool:
    """Is it one of the client's secrets? All are compared, whichever it is."""
    sent = digest(secret)
    found = False
    for known in digests:
        found |= hmac.compare_digest(sent, known)
    return found
