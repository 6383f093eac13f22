"""``authorization_code``: the code comes back (RFC 6749 §4.1.3, Core §3.1.3)."""

from __future__ import annotations

import hmac
import secrets

from oidc_pyramid.anchors import Standing, standing
from oidc_pyramid.events import CodeReplayed, TokensIssued
from oidc_pyramid.interfaces import IGrantType
from oidc_pyramid.issuer import Issuer, TokenExchange, token_answer
from oidc_pyramid.logout import remember_client
from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol import code as codes
from oidc_pyramid.protocol import pkce
from oidc_pyramid.protocol.code import Code
from oidc_pyramid.protocol.errors import Check, InvalidGrant
from oidc_pyramid.protocol.id_token import Authentication
from oidc_pyramid.protocol.outcomes import Issued, Refused
from oidc_pyramid.protocol.resource import Resource
from oidc_pyramid.protocol.seal import SealError

SPEC = "RFC 6749 §4.1.3"
UNKNOWN = Check("code-known", SPEC, "the code is not one of ours", "Start again at /authorize.")
FOREIGN = Check("code-client", SPEC, "the code was issued to another client")
REDIRECT = Check(
    "code-redirect-uri",
    SPEC,
    "redirect_uri differs from the one in the authorization request",
    "Send the same redirect_uri to the token endpoint.",
)
VERIFIER_MISSING = Check("pkce-verifier-sent", "RFC 7636 §4.6", "code_verifier is missing")
VERIFIER_WRONG = Check("pkce-verifier", "RFC 7636 §4.6", "code_verifier is wrong")
VERIFIER_UNEXPECTED = Check(
    "pkce-downgrade",
    "RFC 9700 §4.8.2",
    "code_verifier was sent, but the authorization request had no code_challenge",
)
REPLAYED = Check("code-once", "RFC 6749 §4.1.2", "the code was used before")
EXPIRED = Check("code-fresh", "RFC 6749 §4.1.2", "the code has expired")
ENDED = Check("code-anchors", SPEC, "the authorization behind the code has ended")


@plugin(IGrantType)
class AuthorizationCode:
    """Checks in a fixed order: seal, client, redirect URI, PKCE, used before?, expiry."""

    name = "authorization_code"

    def redeem(self, exchange: TokenExchange) -> Issued | Refused:
        """A wrong client or redirect URI changes nothing. A wrong verifier uses the code up."""
        issuer, now = exchange.issuer, exchange.issuer.now
        code = _open(exchange)
        known = issuer.provider.authorizations.get(code.id)
        if known is not None and known.code:
            code = Code.unpack(known.code.encode())
        redeemed = known is not None and not known.pending
        _check_redirect_uri(exchange, code)
        if not _check_verifier(exchange, code):
            return _use_up(exchange, code, known)
        if redeemed:
            return _replayed(exchange, known)
        if now >= code.expires_at or issuer.provider.authorizations.swept(code.id, code.expires_at):
            raise InvalidGrant(EXPIRED)
        authorization = _authorization(exchange, code, known)
        found = standing(issuer, authorization, write=True)
        if found is None or not found.scope:
            raise InvalidGrant(ENDED)
        asked = exchange.target(authorization.resources or (issuer.name,))
        return issue(issuer, authorization, found, code, asked)


def _open(exchange: TokenExchange) -> Code:
    try:
        payload = exchange.issuer.opened.sealer.open(
            codes.PURPOSE, exchange.params.required("code")
        )
    except SealError as error:
        raise InvalidGrant(UNKNOWN, private=str(error)) from error
    code = Code.unpack(payload)
    if not hmac.compare_digest(code.client, codes.short_digest(exchange.client.client_id)):
        raise InvalidGrant(FOREIGN)
    return code


def _check_redirect_uri(exchange: TokenExchange, code: Code) -> None:
    """REQUIRED and identical (RFC 6749 §4.1.3, Core §3.1.3.2)."""
    sent = exchange.params.get("redirect_uri") or ""
    if not hmac.compare_digest(codes.short_digest(sent), code.redirect_uri):
        raise InvalidGrant(REDIRECT)


def _check_verifier(exchange: TokenExchange, code: Code) -> bool:
    """False when the verifier is wrong; raises when it is missing or unexpected."""
    verifier = exchange.params.get("code_verifier")
    if not code.code_challenge:
        if verifier is not None:
            raise InvalidGrant(VERIFIER_UNEXPECTED)
        return True
    if verifier is None:
        raise InvalidGrant(VERIFIER_MISSING)
    return pkce.verify(verifier, code.code_challenge)


def _use_up(exchange: TokenExchange, code: Code, known: Authorization | None) -> Refused:
    """A verifier can't be guessed at: the code is spent. What it bought earlier stays."""
    if known is None:
        known = exchange.issuer.provider.authorizations.add(_authorization(exchange, code, None))
        known.end("wrong code_verifier", now=exchange.issuer.now)
    elif known.pending:
        known.pending = False
        known.end("wrong code_verifier", now=exchange.issuer.now)
    return Refused(InvalidGrant(VERIFIER_WRONG))


def _replayed(exchange: TokenExchange, known: Authorization | None) -> Refused:
    """The code came twice: end what it bought (RFC 6749 §4.1.2, RFC 9700 §4.5)."""
    issuer = exchange.issuer
    if known is not None and known.active:
        known.end("code replay", now=issuer.now)
        issuer.announce(CodeReplayed(issuer.now, known.id, known.client_id))
    return Refused(InvalidGrant(REPLAYED))


def _authorization(
    exchange: TokenExchange, code: Code, known: Authorization | None
) -> Authorization:
    """The record under the code's id; a pending one becomes it, and keeps what the code did not
    hold: a second use is told from somebody else's by that."""
    scope = tuple(code.scope.split())
    fields: dict[str, object] = {
        "client_id": exchange.client.client_id,
        "account_id": code.account_id,
        "sid": code.sid,
        "scope": scope,
        "resources": tuple(code.resources.split()),
        "claims": code.claims,
        "claims_locales": tuple(code.claims_locales.split()),
        "auth_time": code.auth_time,
        "acr": code.acr,
        "amr": tuple(code.amr.split()),
        "offline": "offline_access" in scope,
        "account_generation": code.account_generation,
        "grant_generation": code.grant_generation,
        "client_generation": code.client_generation,
        "pending": False,
    }
    if known is None:
        made = Authorization(code.id, now=exchange.issuer.now, **fields)
        made.keep(code.expires_at)
        return made
    for name, value in fields.items():
        setattr(known, name, value)
    return known


def issue(
    issuer: Issuer, authorization: Authorization, found: Standing, code: Code, resource: Resource
) -> Issued:
    """One commit: the redemption marker and the root of the refresh family in one record."""
    client, now = found.client, issuer.now
    authorization.grant = found.grant
    granted = resource.granted(found.scope)
    authorization.keep(now + resource.expire)
    authentication = authentication_of(issuer, authorization, found, nonce=code.nonce)
    access_token = issuer.access_token(
        client,
        scope=granted,
        authorization=authorization.id,
        account_id=authorization.account_id,
        generation=0,
        resource=resource,
        authentication=authentication,
    )
    session = issuer.provider.browsers.session(authorization.account_id, authorization.sid)
    remember_client(session, client)
    client.mark_used()
    refresh_token = None
    if "refresh_token" in client.grant_types and "refresh_token" in issuer.settings.grant_types:
        refresh_token = _start_family(issuer, authorization)
    if issuer.provider.authorizations.get(authorization.id) is None:
        issuer.provider.authorizations.add(authorization)
    id_token = None
    if "openid" in found.scope:
        id_token = issuer.id_token(
            client,
            found.account,
            authentication,
            scope=found.items,
            demands=found.claims_request.id_token,
            locales=authorization.claims_locales,
            access_token=access_token,
        )
    issuer.announce(_issued(issuer, authorization, found, "authorization_code"))
    return token_answer(
        access_token, issuer, granted, resource, refresh_token=refresh_token, id_token=id_token
    )


def _start_family(issuer: Issuer, authorization: Authorization) -> str:
    settings, now = issuer.settings, issuer.now
    handle = issuer.opened.handles.first(authorization.id, secrets.token_bytes(32))
    authorization.refresh_generation = handle.generation
    authorization.refresh_current = handle.digest
    authorization.refresh_root = handle.kid
    authorization.refresh_rotated_at = now
    authorization.refresh_expires_at = now + settings.refresh_expire
    authorization.refresh_absolute_expires_at = now + settings.refresh_absolute_expire
    authorization.keep(authorization.refresh_expires_at)
    return handle.text


def authentication_of(
    issuer: Issuer, authorization: Authorization, found: Standing, *, nonce: str = ""
) -> Authentication:
    """What the ID Token says of the sign-in behind an authorization."""
    return Authentication(
        subject=issuer.subject(found.account, found.client),
        auth_time=authorization.auth_time,
        acr=authorization.acr,
        amr=authorization.amr,
        sid=authorization.sid,
        nonce=nonce or None,
    )


def _issued(
    issuer: Issuer, authorization: Authorization, found: Standing, grant_type: str
) -> TokensIssued:
    return TokensIssued(
        issuer.now,
        authorization.id,
        authorization.account_id,
        authorization.client_id,
        grant_type,
        found.scope,
    )
