"""Delivering the outbox: lease, send, and then remove or leave for later."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from ZODB import DB
from ZODB.POSException import ConflictError

from oidc_pyramid.fetch import Fetcher, FetchRefused
from oidc_pyramid.interfaces import IKeys
from oidc_pyramid.issuer import secret_signer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.outbox import LogoutMessage
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.jose import Signer
from oidc_pyramid.protocol.logout_token import TYP, logout_token_claims
from oidc_pyramid.settings import Settings
from oidc_pyramid.storage import ROOT_KEY

log = logging.getLogger("oidc_pyramid.logout")

BATCH = 20
Letter = tuple[str, str, str]


def deliver(
    db: DB,
    settings: Settings,
    keys: Callable[[Provider, Settings], IKeys],
    fetcher: Fetcher,
    *,
    now: int | None = None,
) -> int:
    """Try what is due; returns how many were delivered.

    Workers that race for a message conflict on it: one of them sends. A worker that dies after
    sending leaves a lease that runs out, and the message is sent again with the same ``jti``.
    """
    now = int(time.time()) if now is None else now
    delivered = 0
    for letter in _lease(db, settings, keys, now):
        if _send(fetcher, letter):
            delivered += 1
            _settle(db, letter[0], now, settings.logout_attempts, delivered=True)
        else:
            _settle(db, letter[0], now, settings.logout_attempts, delivered=False)
    return delivered


def _lease(db: DB, settings: Settings, keys: Any, now: int) -> list[Letter]:
    """Sign now: a logout token lives for two minutes."""
    letters: list[Letter] = []
    try:
        with db.transaction() as connection:
            provider: Provider = connection.root()[ROOT_KEY]
            for message in list(provider.outbox.due(now=now))[:BATCH]:
                client = provider.clients.get(message.client_id)
                if client is None or not client.backchannel_logout_uri:
                    provider.outbox.remove(message)
                    continue
                message.lease(now=now)
                token = _signed(message, client, settings, keys(provider, settings), now)
                letters.append((message.id, client.backchannel_logout_uri, token))
    except ConflictError:
        return []
    return letters


def _signed(
    message: LogoutMessage, client: Client, settings: Settings, keys: IKeys, now: int
) -> str:
    """As the client's ID Tokens are, though never unsigned (Back-Channel Logout §2.4, §2.6).
    Empty where that can't be done: one client's trouble does not hold up the others."""
    claims = logout_token_claims(
        settings.issuer,
        client.client_id,
        subject=message.subject,
        sid=message.sid,
        token_id=message.id,
        now=now,
    )
    try:
        return _signer(client, settings, keys).sign(claims, typ=TYP)
    except (KeyError, ValueError) as error:
        log.warning("no logout token for %s can be signed: %r", client.client_id, error)
        return ""


def _signer(client: Client, settings: Settings, keys: IKeys) -> Signer:
    alg = client.id_token_signed_response_alg
    if alg.startswith("HS"):
        return secret_signer(client, alg, settings.secret)
    signer: Signer = keys.signer(settings.signing_alg if alg in ("", "none") else alg)
    return signer


def _send(fetcher: Fetcher, letter: Letter) -> bool:
    """200 or 204 is a yes (Back-Channel Logout §2.8); what else comes is tried again."""
    message_id, uri, token = letter
    if not token:
        return False
    try:
        answer = fetcher.post_form(uri, urlencode({"logout_token": token}).encode())
    except FetchRefused as error:
        log.warning("logout message %s was not delivered: %s", message_id, error)
        return False
    if answer.status not in (200, 204):
        log.warning("logout message %s was answered %d", message_id, answer.status)
    return answer.status in (200, 204)


def _settle(db: DB, message_id: str, now: int, attempts: int, *, delivered: bool) -> None:
    """Gone when delivered, or when we give up: that is said in the log."""
    with db.transaction() as connection:
        outbox = connection.root()[ROOT_KEY].outbox
        message = outbox.get(message_id)
        if message is None or (not delivered and message.attempts < attempts):
            return
        if not delivered:
            log.error(
                "gave up telling %s of a sign-out after %d attempts", message.client_id, attempts
            )
        outbox.remove(message)
