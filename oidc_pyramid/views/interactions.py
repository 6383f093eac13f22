"""An interaction: one authorization request that waits for a person, sealed into its URL."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.authorization import Wanted
from oidc_pyramid.protocol.errors import AuthorizationError, Check, PageError
from oidc_pyramid.protocol.redirect_uri import matches
from oidc_pyramid.protocol.seal import SealError

PURPOSE = "interaction"
COOKIE = "binding"
MAX_SEAL = 3600

BROKEN = Check(
    "interaction-known",
    "RFC 9700 §4.7",
    "This sign-in is not known here.",
    "Go back to the application and start again.",
)
EXPIRED = Check(
    "interaction-fresh",
    "RFC 9700 §4.7",
    "This sign-in took too long.",
    "Go back to the application and start again.",
)
OTHER_BROWSER = Check(
    "interaction-browser",
    "RFC 9700 §4.7",
    "This sign-in was started in another browser.",
    "Go back to the application and start again.",
)
CHANGED = Check(
    "interaction-current",
    "RFC 9126 §7.4",
    "The application has changed meanwhile; this sign-in can't go on.",
    "Go back to the application and start again.",
)
TOO_LONG = Check(
    "interaction-size",
    "RFC 9126 §1",
    "the request is too long to be carried in a URL: push it first (PAR)",
)


@dataclass(frozen=True, slots=True)
class Pending:
    """``binding`` is the digest of a cookie; empty for a request that came by POST from another
    site, whose cookies we could not see. ``consented`` is the account that said yes in it,
    ``declined`` are the prompts that the person could not answer."""

    wanted: Wanted
    binding: str = ""
    consented: str = ""
    declined: tuple[str, ...] = ()

    def bound(self, cookie: str) -> Pending:
        """For this browser alone."""
        return replace(self, binding=digest(cookie))

    def pack(self) -> bytes:
        """For the seal."""
        parts = [self.wanted.to_json(), self.binding, self.consented, *self.declined]
        return json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def unpack(cls, payload: bytes) -> Pending:
        """The inverse of ``pack``."""
        wanted, binding, consented, *declined = json.loads(payload)
        return cls(Wanted.from_json(wanted), binding, consented, tuple(declined))


def digest(cookie: str) -> str:
    """128 bits are enough to recognise a random cookie."""
    return sha256(cookie.encode()).hexdigest()[:32]


def binding_cookie(request: Any) -> str:
    """The browser's binding cookie, made if it has none. Random, never an identity."""
    cookies = request.oidc.cookies
    cookie: str | None = cookies.get(COOKIE)
    if cookie is None:
        cookie = secrets.token_urlsafe(24)
        cookies.set(COOKIE, cookie)
    return cookie


def location(request: Any, pending: Pending, page: str = "") -> str:
    """The URL of an interaction, or of the page of one of its prompts."""
    seal = request.oidc.issuer.opened.sealer.seal(PURPOSE, pending.pack())
    if len(seal) > MAX_SEAL:
        raise AuthorizationError(TOO_LONG)
    parts = ("interactions", seal, page) if page else ("interactions", seal)
    return str(request.oidc.url(*parts))


def opened(request: Any, seal: str) -> tuple[Pending, Client]:
    """The interaction and its client, as they hold now; raises ``PageError``."""
    try:
        pending = Pending.unpack(request.oidc.issuer.opened.sealer.open(PURPOSE, seal))
    except SealError as error:
        raise PageError(BROKEN, private=str(error)) from error
    if request.oidc.now >= pending.wanted.expires_at:
        raise PageError(EXPIRED)
    if pending.binding:
        cookie = request.oidc.cookies.get(COOKIE)
        if cookie is None or digest(cookie) != pending.binding:
            raise PageError(OTHER_BROWSER)
    client = _current_client(request, pending.wanted)
    request.oidc.judged, request.oidc.silent = True, "none" in pending.wanted.prompt
    request.oidc.reply = pending.wanted.reply(request.oidc.settings.issuer)
    return pending, client


def _current_client(request: Any, wanted: Wanted) -> Client:
    """What held when the request was judged must hold now."""
    client = request.oidc.provider.clients.get(wanted.client_id)
    if client is None or not client.active:
        raise PageError(CHANGED, private="the client is gone or disabled")
    known = matches(
        wanted.redirect_uri, client.redirect_uris, application_type=client.application_type
    )
    if not known or not set(wanted.scope) <= set(client.scope):
        raise PageError(CHANGED, private="redirect_uri or scope is no longer registered")
    if not set(wanted.resources) <= request.oidc.settings.targets.keys():
        raise PageError(CHANGED, private="a resource is no longer among oidc.resources")
    return client
