"""An access token as a value; token formats turn it into text and back (RFC 6749 §1.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from oidc_pyramid.protocol import packing


@dataclass(frozen=True, slots=True)
class AccessToken:
    """``authorization`` is the anchor's id, empty for client credentials; ``generation`` is the
    client's when there is no other anchor."""

    id: str
    authorization: str
    client_id: str
    account_id: str
    scope: tuple[str, ...]
    audience: tuple[str, ...]
    issued_at: int
    expires_at: int
    generation: int
    confirmation: str = ""

    def pack(self) -> bytes:
        """In the order of the fields."""
        return packing.pack(self)

    @classmethod
    def unpack(cls, payload: bytes) -> AccessToken:
        """The inverse of ``pack``."""
        values: list[Any] = json.loads(payload)
        unpacked: list[Any] = [tuple(v) if isinstance(v, list) else v for v in values]
        return cls(*unpacked)
