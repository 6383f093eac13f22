"""What an endpoint hands to the web: issued tokens, a refusal that must commit, or a reply.

Raise a ``ProtocolError`` when nothing has happened; return a ``Refused`` when something has
(a replayed code ends what it bought, and that must be committed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oidc_pyramid.protocol.errors import TokenError


@dataclass(frozen=True, slots=True)
class Issued:
    """A successful JSON answer that must not be cached (RFC 6749 §5.1)."""

    body: Mapping[str, object]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """An error answer whose transaction commits."""

    error: TokenError


@dataclass(frozen=True, slots=True)
class Reply:
    """Where an authorization response may go, and only there: made when client and redirect URI
    are proven (RFC 6749 §4.1.2.1)."""

    redirect_uri: str
    mode: str
    state: str | None
    issuer: str
    client_id: str

    def fields(self, parameters: Mapping[str, str]) -> list[tuple[str, str]]:
        """The response parameters with ``state`` and ``iss`` (RFC 9207 §2)."""
        fields = list(parameters.items())
        if self.state is not None:
            fields.append(("state", self.state))
        fields.append(("iss", self.issuer))
        return fields


@dataclass(frozen=True, slots=True)
class Sent:
    """An authorization response: a reply and what to send in it."""

    reply: Reply
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transport:
    """How a response mode delivers: a redirect to ``location``, or a form posted to ``action``."""

    location: str | None = None
    action: str | None = None
    fields: Sequence[tuple[str, str]] = ()
