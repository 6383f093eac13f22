"""A client without a person: client_credentials with private_key_jwt, each assertion once."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oidc_pyramid.protocol.client_assertion import TYPE
from oidc_pyramid.protocol.jose import Signer, new_key, public_part
from soak.person import Broken, Unanswered
from soak.web import Answer

if TYPE_CHECKING:
    from soak.deployment import Deployment

Patiently = Callable[..., Answer]


@dataclass(frozen=True)
class Service:
    """Registered with the public half of its key (RFC 7591 §2, RFC 7523)."""

    place: Deployment
    client_id: str
    signer: Signer
    lifetime: int

    @classmethod
    def registered(cls, place: Deployment, lifetime: int) -> Service:
        """A new one."""
        jwk = new_key("ES256") | {"kid": "1"}
        document = {
            "redirect_uris": [],
            "response_types": [],
            "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [public_part(jwk)]},
            "scope": "api",
        }
        told = place.registered(document)
        return cls(place, told["client_id"], Signer(json.dumps(jwk), "ES256", "1"), lifetime)

    def assertion(self) -> str:
        """Good for one request."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"http://127.0.0.1:{self.place.port}",
            "jti": secrets.token_urlsafe(12),
            "iat": now,
            "exp": now + self.lifetime,
        }
        return self.signer.sign(claims, "JWT")

    def send(self, assertion: str) -> Answer:
        """Ask for a token with it (RFC 7523 §2.2)."""
        fields = {
            "grant_type": "client_credentials",
            "scope": "api",
            "client_assertion_type": TYPE,
            "client_assertion": assertion,
        }
        return self.place.ask("POST", "/token", fields)

    def work(self, patiently: Patiently) -> None:
        """A token; and now and then somebody tries the same assertion again."""
        assertion = self.assertion()
        expires = int(time.time()) + self.lifetime
        facts = {"client": self.client_id, "assertion": assertion, "expires": expires}
        sent = self.place.ledger.sent("asserted", **facts)
        answer = patiently(lambda: self.send(assertion), once=True)
        if answer.status in {400, 401} and self.place.lenient:
            raise Unanswered("asserted, and perhaps answered 503 before")
        if answer.status != 200:
            raise Broken(f"client_credentials: {answer.status} {answer.body[:200]!r}")
        self.place.ledger.done("asserted", sent=sent)
        if sent % 2:
            again = patiently(lambda: self.send(assertion))
            if again.status not in {400, 401}:
                raise Broken(f"an assertion was taken twice: {again.status}")
