"""Client secrets: random, long, and remembered as digests only.

A secret has 256 random bits, so that a plain SHA-256 digest gives nothing away; a password
hash would cost every token request and protect nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

BYTES = 32


def new_secret() -> str:
    """A fresh secret: 43 characters that need no encoding in a URL or a header."""
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
