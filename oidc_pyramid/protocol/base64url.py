"""Base64url without padding, one spelling for each value (RFC 7515 §2)."""

from __future__ import annotations

import base64
import binascii


def encode(data: bytes) -> str:
    """The one canonical text of these bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of a canonical text; ``ValueError`` for padding, another alphabet or stray bits.

    A lenient decoder gives one token many spellings, and a denylist keyed on the spelling is
    then passed by changing a letter.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise ValueError("not base64url") from error
    if encode(data) != text:
        raise ValueError("not canonical base64url")
    return data
