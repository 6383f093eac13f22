"""What has happened, announced after the commit: subscribe with ``config.add_subscriber``.

Each event is frozen and holds ids, never secrets. ``oidc_pyramid.audit`` logs all of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was committed. ``at`` is in seconds."""

    at: int


@dataclass(frozen=True, slots=True)
class SignedIn(Event):
    """Somebody proved who they are."""

    account_id: str
    sid: str
    amr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SteppedUp(Event):
    """Somebody who is signed in proved more: a second factor."""

    account_id: str
    sid: str
    acr: str
    amr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignInFailed(Event):
    """A wrong user name or password; neither is told here."""

    address: str


@dataclass(frozen=True, slots=True)
class SignedOut(Event):
    """A session ended because the person asked for it."""

    account_id: str
    sid: str


@dataclass(frozen=True, slots=True)
class SignedUp(Event):
    """Somebody made an account."""

    account_id: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """All older sessions and tokens of the account have ended."""

    account_id: str


@dataclass(frozen=True, slots=True)
class ConsentGiven(Event):
    """A person allowed a client these scopes (the ancestor's ``user_accept_consent``)."""

    account_id: str
    client_id: str
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentDenied(Event):
    """A person refused (the ancestor's ``user_decline_consent``)."""

    account_id: str
    client_id: str
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """A person took an application's access back; its tokens have ended."""

    account_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class ScopeWithdrawn(Event):
    """A person took a part of an application's access back; its tokens no longer reach it."""

    account_id: str
    client_id: str
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokensIssued(Event):
    """An Authorization was made or refreshed."""

    authorization_id: str
    account_id: str
    client_id: str
    grant_type: str
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeReplayed(Event):
    """A code came a second time; what it had bought has ended (RFC 6749 §4.1.2)."""

    authorization_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class RefreshTokenReused(Event):
    """An old refresh token came again; its family has ended (RFC 9700 §4.14.2)."""

    authorization_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class ClientRegistered(Event):
    """A client registered itself (RFC 7591)."""

    client_id: str


@dataclass(frozen=True, slots=True)
class ClientDeleted(Event):
    """A client took its registration away (RFC 7592 §2.3)."""

    client_id: str


@dataclass(frozen=True, slots=True)
class TokenRevoked(Event):
    """A client ended a token (RFC 7009)."""

    authorization_id: str
    client_id: str
