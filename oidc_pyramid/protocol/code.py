"""The authorization code: a sealed value with sixty seconds to live (RFC 6749 §4.1.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from oidc_pyramid.protocol import base64url, packing

PURPOSE = "code"
MAX_LENGTH = 512


def short_digest(text: str) -> str:
    """What the code keeps of a redirect URI or client id: 128 bits of its SHA-256."""
    return base64url.encode(sha256(text.encode()).digest()[:16])


@dataclass(frozen=True, slots=True)
class Code:
    """Everything that ``/token`` needs to know of what was decided at ``/authorize``.

    ``client`` and ``redirect_uri`` are digests. ``pending`` says that the rest did not fit and
    lies in the database under ``id``.
    """

    id: str
    client: str
    expires_at: int
    pending: bool = False
    redirect_uri: str = ""
    account_id: str = ""
    sid: str = ""
    scope: str = ""
    code_challenge: str = ""
    nonce: str = ""
    auth_time: int = 0
    acr: str = ""
    amr: str = ""
    account_generation: int = 0
    grant_generation: int = 0
    client_generation: int = 0
    claims: str = ""
    claims_locales: str = ""
    resources: str = ""

    def pack(self) -> bytes:
        """In the order of the fields."""
        return packing.pack(self)

    @classmethod
    def unpack(cls, payload: bytes) -> Code:
        """The inverse of ``pack``."""
        return cls(*json.loads(payload))
