"""An access token as a value; token formats turn it into text and back (RFC 6749 §1.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from oidc_pyramid.protocol import packing
from oidc_pyramid.protocol.id_token import Authentication


@dataclass(frozen=True, slots=True)
class AccessToken:
    """``authorization`` is the anchor's id, empty for client credentials; ``generation`` is the
    client's when there is no other anchor. ``authentication`` is for formats that others read: it
    is not packed."""

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
    authentication: Authentication | None = field(default=None, compare=False)

    def pack(self) -> bytes:
        """In the order of the fields."""
        return packing.to_json(packing.values(self)[:-1]).encode()

    @classmethod
    def unpack(cls, payload: bytes) -> AccessToken:
        """The inverse of ``pack``."""
        values: list[Any] = json.loads(payload)
        unpacked: list[Any] = [tuple(v) if isinstance(v, list) else v for v in values]
        return cls(*unpacked)

    def claims(self, issuer: str, token_id: str) -> dict[str, object]:
        """What a resource server reads (RFC 9068 §2.2). A client that speaks for itself is the
        subject; its id is in a namespace of its own (§5)."""
        who = self.authentication
        claims: dict[str, object] = {
            "iss": issuer,
            "sub": self.client_id if who is None else who.subject,
            "aud": self.audience[0] if len(self.audience) == 1 else list(self.audience),
            "client_id": self.client_id,
            "exp": self.expires_at,
            "iat": self.issued_at,
            "jti": token_id,
        }
        optional: dict[str, object] = {"scope": " ".join(self.scope)}
        if who is not None:
            optional |= {"auth_time": who.auth_time, "acr": who.acr, "amr": list(who.amr)}
        return claims | {name: value for name, value in optional.items() if value}
