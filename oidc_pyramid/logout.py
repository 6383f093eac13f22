"""Who has to be told that a session ended: by the back channel, by the front channel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.browsers import Session
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.outbox import LogoutMessage
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.redirect_uri import append


@dataclass(frozen=True, slots=True)
class Frame:
    """One iframe of Front-Channel Logout §2, and whom it tells."""

    client: str
    uri: str


def remember_client(session: Session | None, client: Client) -> None:
    """Note where a session is used, for clients that want to be told of its end
    (Back-Channel Logout §2.3); one write per client and session."""
    wants = client.backchannel_logout_uri or client.frontchannel_logout_uri
    if session is not None and wants and client.client_id not in session.clients:
        session.clients = (*session.clients, client.client_id)


def clients_of(issuer: Issuer, session: Session) -> list[Client]:
    """The clients of a session that still exist."""
    found = (issuer.provider.clients.get(client_id) for client_id in session.clients)
    return [client for client in found if client is not None and client.active]


def tell_by_back_channel(issuer: Issuer, session: Session, account: Any) -> None:
    """A message for each client, in the commit that ends the session."""
    for client in clients_of(issuer, session):
        if client.backchannel_logout_uri:
            subject = issuer.subject(account, client)
            message = LogoutMessage(
                client.client_id, subject=subject, sid=session.sid, now=issuer.now
            )
            issuer.provider.outbox.add(message)
            issuer.wake = True


def end_everywhere(issuer: Issuer, account: Any) -> None:
    """All sessions of an account end (a new password), and their clients are told."""
    for session in list(issuer.provider.browsers.sessions_of(str(account.id))):
        session.end(now=issuer.now)
        tell_by_back_channel(issuer, session, account)


def end_sessions(provider: Provider, account_id: str, *, now: int) -> None:
    """The same for an operator, who has no issuer at hand: the message names the session alone
    (Back-Channel Logout §2.4), and the running server delivers it."""
    for session in list(provider.browsers.sessions_of(account_id)):
        session.end(now=now)
        for client_id in session.clients:
            client = provider.clients.get(client_id)
            if client is not None and client.active and client.backchannel_logout_uri:
                message = LogoutMessage(client_id, subject="", sid=session.sid, now=now)
                provider.outbox.add(message)


def frames(issuer: Issuer, sessions: Iterable[Session]) -> list[Frame]:
    """``iss`` and ``sid`` on the registered URI (Front-Channel Logout §2)."""
    found = []
    for session in sessions:
        for client in clients_of(issuer, session):
            if client.frontchannel_logout_uri:
                told = [("iss", issuer.name), ("sid", session.sid)]
                uri = append(client.frontchannel_logout_uri, told, fragment=False)
                found.append(Frame(client.name, uri))
    return found
