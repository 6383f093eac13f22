"""``refresh_token``: one successor, a grace window, digests only (RFC 6749 §6, RFC 9700 §4.14)."""

from __future__ import annotations

import hmac
from hashlib import sha256

from oidc_pyramid.anchors import Standing, standing
from oidc_pyramid.events import RefreshTokenReused, TokensIssued
from oidc_pyramid.grant_types.authorization_code import authentication_of
from oidc_pyramid.interfaces import IGrantType
from oidc_pyramid.issuer import Issuer, TokenExchange, token_answer
from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.pin import pin
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol import scope as scopes
from oidc_pyramid.protocol.errors import Check, InvalidGrant, InvalidScope
from oidc_pyramid.protocol.outcomes import Issued, Refused
from oidc_pyramid.protocol.refresh_handle import Handle, NotAuthentic
from oidc_pyramid.protocol.resource import Resource

SPEC = "RFC 6749 §6"
UNKNOWN = Check("refresh-token-known", SPEC, "the refresh token is not one of ours")
FOREIGN = Check("refresh-token-client", SPEC, "the refresh token was issued to another client")
REUSED = Check(
    "refresh-token-once",
    "RFC 9700 §4.14.2",
    "the refresh token was used before; all tokens of its family have ended",
    "Keep the newest refresh token and use each one once.",
)
ENDED = Check("refresh-token-anchors", SPEC, "the authorization has ended")
EXPIRED = Check("refresh-token-fresh", SPEC, "the refresh token has expired")
NOTHING = Check("refresh-scope-left", "RFC 6749 §3.3", "nothing of this scope is left")
WIDER = Check("refresh-scope", SPEC, "scope asks for more than was granted")


@plugin(IGrantType)
class RefreshToken:
    """Rotation inside one record. Rivals conflict on it; the loser's retry meets *previous*."""

    name = "refresh_token"

    def redeem(self, exchange: TokenExchange) -> Issued | Refused:
        """Current: rotate. Previous, in time, same request: the same answer. Other: the end."""
        issuer = exchange.issuer
        handle, family = _find(exchange)
        asked = _asked_scope(exchange, family)
        resource = exchange.target(family.resources or (issuer.name,))
        request = _request_digest(exchange)
        pin(family)
        if not family.active:
            raise InvalidGrant(ENDED)
        if hmac.compare_digest(handle.digest, family.refresh_current):
            found = _standing(issuer, family)
            successor = _rotate(issuer, family, handle, request, resource)
            family.grant = found.grant
        elif _within_grace(issuer, exchange.client, family, handle, request):
            found = _standing(issuer, family)
            successor = issuer.opened.handles.successor(handle, family.refresh_root)
        else:
            return _reused(issuer, family)
        return _answer(issuer, family, found, asked, successor, resource)


def _find(exchange: TokenExchange) -> tuple[Handle, Authorization]:
    """Not authentic, or another client's: nothing happens (RFC 6749 §10.4)."""
    try:
        handle = exchange.issuer.opened.handles.read(exchange.params.required("refresh_token"))
    except NotAuthentic as error:
        raise InvalidGrant(UNKNOWN, private=str(error)) from error
    family = exchange.issuer.provider.authorizations.get(handle.family)
    if family is None:
        raise InvalidGrant(UNKNOWN, private="the family is gone")
    if family.client_id != exchange.client.client_id:
        raise InvalidGrant(FOREIGN)
    return handle, family


def _asked_scope(exchange: TokenExchange, family: Authorization) -> tuple[str, ...]:
    """Never more than the original grant; less is for this access token alone."""
    try:
        asked = scopes.parse(exchange.params.get("scope"))
    except ValueError as error:
        raise InvalidScope(f"scope is malformed: {error}", spec="RFC 6749 §3.3") from error
    if not set(asked) <= set(family.scope):
        raise InvalidScope(WIDER)
    return asked or family.scope


def _request_digest(exchange: TokenExchange) -> bytes:
    asked = exchange.params.get("scope") or ""
    resources = " ".join(exchange.params.all("resource"))
    return sha256(f"{asked}\0{resources}".encode()).digest()[:16]


def _standing(issuer: Issuer, family: Authorization) -> Standing:
    now = issuer.now
    if now >= min(family.refresh_expires_at, family.refresh_absolute_expires_at):
        raise InvalidGrant(EXPIRED)
    found = standing(issuer, family, write=True)
    if found is None:
        raise InvalidGrant(ENDED)
    return found


def _rotate(
    issuer: Issuer, family: Authorization, handle: Handle, request: bytes, resource: Resource
) -> Handle:
    successor = issuer.opened.handles.successor(handle)
    family.refresh_generation = successor.generation
    family.refresh_previous = handle.digest
    family.refresh_previous_root = handle.kid
    family.refresh_current = successor.digest
    family.refresh_root = successor.kid
    family.refresh_rotated_at = issuer.now
    family.refresh_request = request
    family.refresh_expires_at = issuer.now + issuer.settings.refresh_expire
    family.keep(min(family.refresh_expires_at, family.refresh_absolute_expires_at))
    family.keep(issuer.now + resource.expire)
    return successor


def grace_of(issuer: Issuer, client: Client) -> int:
    """Seconds; a public client has none unless it is given one (RFC 9700 §4.14.2)."""
    if client.refresh_grace is not None:
        return client.refresh_grace
    return 0 if client.public else issuer.settings.refresh_grace


def _within_grace(
    issuer: Issuer, client: Client, family: Authorization, handle: Handle, request: bytes
) -> bool:
    """The previous token again, in time, for the same request: the answer was lost on the way."""
    return (
        hmac.compare_digest(handle.digest, family.refresh_previous)
        and issuer.now < family.refresh_rotated_at + grace_of(issuer, client)
        and hmac.compare_digest(request, family.refresh_request)
    )


def _reused(issuer: Issuer, family: Authorization) -> Refused:
    family.end("refresh token reuse", now=issuer.now)
    issuer.announce(RefreshTokenReused(issuer.now, family.id, family.client_id))
    return Refused(InvalidGrant(REUSED))


def _answer(
    issuer: Issuer,
    family: Authorization,
    found: Standing,
    asked: tuple[str, ...],
    successor: Handle,
    resource: Resource,
) -> Issued:
    left = tuple(s for s in asked if s in found.scope)
    if not left:
        raise InvalidScope(NOTHING)
    granted = resource.granted(left)
    authentication = authentication_of(issuer, family, found)
    access_token = issuer.access_token(
        found.client,
        scope=granted,
        authorization=family.id,
        account_id=family.account_id,
        generation=0,
        resource=resource,
        authentication=authentication,
    )
    id_token = None
    if "openid" in left:
        id_token = issuer.id_token(
            found.client,
            found.account,
            authentication,
            scope=found.items,
            demands=found.claims_request.id_token,
            locales=family.claims_locales,
            access_token=access_token,
        )
    event = TokensIssued(
        issuer.now, family.id, family.account_id, family.client_id, "refresh_token", granted
    )
    issuer.announce(event)
    return token_answer(
        access_token, issuer, granted, resource, refresh_token=successor.text, id_token=id_token
    )
