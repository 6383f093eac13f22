"""Delivering the outbox: lease, send, and then remove or leave for later."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
from oidc_pyramid.storage import ROOT_KEY, in_transaction, provider_in

log = logging.getLogger("oidc_pyramid.logout")

BATCH = 4  # sent at the same time, so that a lease outlives its attempt
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
    with ThreadPoolExecutor(max_workers=BATCH, thread_name_prefix="oidc-logout") as threads:
        while letters := _lease(db, settings, keys, now):
            answers = list(threads.map(lambda letter: _send(fetcher, letter), letters))
            for (message_id, _uri, _token), told in zip(letters, answers, strict=True):
                _settle(db, message_id, settings.logout_attempts, delivered=told)
            delivered += sum(answers)
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
        return secret_signer(client, alg, settings.secrets)
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


def _settle(db: DB, message_id: str, attempts: int, *, delivered: bool) -> None:
    """Gone when delivered, or when we give up: that is said in the log."""

    def work(root: Any) -> str | None:
        outbox = provider_in(root).outbox
        message = outbox.get(message_id)
        if message is None or (not delivered and message.attempts < attempts):
            return None
        outbox.remove(message)
        return None if delivered else message.client_id

    given_up = in_transaction(db, work)
    if given_up is not None:
        log.error("gave up telling %s of a sign-out after %d attempts", given_up, attempts)
