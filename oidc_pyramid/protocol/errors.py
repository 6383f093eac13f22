"""What can go wrong, for whom: a page for the person, a redirect or JSON for the client.

Each error carries a :class:`Check`: the rule that failed, where it is written down, a public
sentence and a fix. The error page, the log line and the documentation are made from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: a stable id, the specification it comes from, a public sentence and a fix."""

    id: str
    spec: str
    public: str
    fix: str = ""


class ProtocolError(Exception):
    """A request broke a rule and nothing has happened: the transaction is aborted.

    ``error`` is the wire value, ``status`` the HTTP status where the error is the whole answer.
    ``private`` is for the log alone: it may quote what was sent.
    """

    error: str = "invalid_request"
    status: int = 400
    check: Check

    def __init__(
        self,
        public: str | Check,
        *,
        check: str = "",
        spec: str = "",
        fix: str = "",
        private: str = "",
        error: str | None = None,
    ) -> None:
        self.check = (
            public if isinstance(public, Check) else Check(check or self.error, spec, public, fix)
        )
        self.private = private
        if error is not None:
            self.error = error
        super().__init__(self.check.public)

    @property
    def description(self) -> str:
        """The public sentence in the characters of ``error_description`` (RFC 6749 §5.2)."""
        return _NOT_ALLOWED.sub("'", self.check.public)[:400]


class PageError(ProtocolError):
    """The client or its redirect URI can't be trusted: a page, never a redirect
    (RFC 6749 §4.1.2.1)."""


class AuthorizationError(ProtocolError):
    """Goes back to the client, with its state and our ``iss`` (RFC 6749 §4.1.2.1, Core §3.1.2.6).

    The view that holds the ``Reply`` sends it.
    """


class TokenError(ProtocolError):
    """A JSON answer of the token, introspection, revocation or registration endpoint
    (RFC 6749 §5.2)."""


class InvalidRequest(TokenError):
    """A parameter is missing, repeated or malformed."""


class InvalidClient(TokenError):
    """Client authentication failed; the answer is the same for every reason (RFC 6749 §5.2)."""

    error = "invalid_client"
    status = 401


class InvalidGrant(TokenError):
    """The code or refresh token is invalid, expired, ended, or another client's."""

    error = "invalid_grant"


class UnauthorizedClient(TokenError):
    """The client may not use this grant type."""

    error = "unauthorized_client"


class UnsupportedGrantType(TokenError):
    """Nobody may use this grant type here."""

    error = "unsupported_grant_type"


class InvalidScope(TokenError):
    """The scope is malformed or more than was granted (RFC 6749 §6)."""

    error = "invalid_scope"


class InvalidTarget(TokenError):
    """The resource is unknown or was not authorized (RFC 8707 §2)."""

    error = "invalid_target"


class InvalidClientMetadata(TokenError):
    """A field of the client metadata is refused (RFC 7591 §3.2.2)."""

    error = "invalid_client_metadata"


class InvalidRedirectUri(TokenError):
    """A redirect URI is refused at registration (RFC 7591 §3.2.2)."""

    error = "invalid_redirect_uri"


class InvalidSoftwareStatement(TokenError):
    """The software statement can't be read or verified (RFC 7591 §3.2.2)."""

    error = "invalid_software_statement"


class UnapprovedSoftwareStatement(TokenError):
    """Nobody whom we believe has signed the software statement (RFC 7591 §3.2.2)."""

    error = "unapproved_software_statement"


class TemporarilyUnavailable(ProtocolError):
    """We are at fault, or too busy: 503 with ``Retry-After``; nothing is blamed on the client."""

    error = "temporarily_unavailable"
    status = 503
    retry_after: int = 1


class Misdirected(ProtocolError):
    """The request names a host that is not ours (RFC 9110 §15.5.20)."""

    error = "misdirected_request"
    status = 421


class TooManyRequests(ProtocolError):
    """A throttle is closed: 429 with ``Retry-After`` (RFC 6585 §4)."""

    error = "slow_down"
    status = 429
    retry_after: int = 60


class BearerError(ProtocolError):
    """A protected resource refuses the access token (RFC 6750 §3)."""

    error = "invalid_token"
    status = 401
    scope: tuple[str, ...] = ()
    names_error: ClassVar[bool] = True


class MissingToken(BearerError):
    """No token was sent: a challenge without an error code (RFC 6750 §3.1)."""

    names_error = False


class InvalidToken(BearerError):
    """The token is unknown, expired, revoked, or of another kind."""


class InvalidBearerRequest(BearerError):
    """The token was sent twice or malformed (RFC 6750 §3.1)."""

    error = "invalid_request"
    status = 400


class InsufficientScope(BearerError):
    """The token is good but does not reach this far."""

    error = "insufficient_scope"
    status = 403

    def __init__(self, public: str, *, scope: tuple[str, ...] = (), private: str = "") -> None:
        super().__init__(public, spec="RFC 6750 §3.1", private=private)
        self.scope = scope
