"""Token introspection for resource servers (RFC 7662)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.anchors import Standing, standing, token_standing
from oidc_pyramid.interfaces import IProvider
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.refresh_handle import NotAuthentic
from oidc_pyramid.views import scanning
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.outcomes import json_response

INACTIVE: dict[str, object] = {"active": False}
SCOPE = "token_introspection"


@endpoint(IProvider, "introspect", methods=("POST",), cors="client")
def introspect(_provider: Provider, request: Any) -> Any:
    """Whatever is not the caller's business looks like a token that never was (RFC 7662 §2.2)."""
    params = request.oidc.params()
    caller = request.oidc.authenticate_client(params, public=False)
    text = params.required("token")
    return json_response(_access(request, caller, text) or _refresh(request, caller, text))


def _access(request: Any, caller: Client, text: str) -> dict[str, object] | None:
    issuer = request.oidc.issuer
    token = issuer.read_access_token(text)
    found = None if token is None else token_standing(issuer, token)
    if token is None or found is None or not _may_see(request, caller, token):
        return None
    body = _body(issuer, token, found)
    if not issuer.settings.introspection_scope:
        del body["scope"]
    return dict(issuer.process("introspection", body, caller, found.account, found.scope))


def _may_see(request: Any, caller: Client, token: AccessToken) -> bool:
    """The owner, an audience, or a resource server that was given the scope for it."""
    mine = caller.client_id in (token.client_id, *token.audience)
    trusted = SCOPE in caller.scope or request.oidc.settings.introspection_audience == "any"
    return mine or trusted


def _body(issuer: Any, token: AccessToken, found: Standing) -> dict[str, object]:
    """The access token's own times, not the ID Token's (RFC 7662 §2.2)."""
    person = found.account is not None
    audience: object = list(token.audience) if len(token.audience) > 1 else token.audience[0]
    body: dict[str, object] = {
        "active": True,
        "iss": issuer.name,
        "sub": issuer.subject(found.account, found.client) if person else token.client_id,
        "aud": audience,
        "client_id": token.client_id,
        "scope": " ".join(found.scope),
        "token_type": "Bearer",
        "iat": token.issued_at,
        "exp": token.expires_at,
        "jti": token.id,
    }
    if person:
        body["username"] = found.account.username
    return body


def _refresh(request: Any, caller: Client, text: str) -> dict[str, object]:
    """A refresh token is its owner's business alone."""
    issuer = request.oidc.issuer
    try:
        handle = issuer.opened.handles.read(text)
    except NotAuthentic:
        if issuer.authentic_access_token(text) is None:
            scanning.unknown(request, caller.client_id)
        return INACTIVE
    family = issuer.provider.authorizations.get(handle.family)
    if family is None or family.client_id != caller.client_id:
        return INACTIVE
    ends = min(family.refresh_expires_at, family.refresh_absolute_expires_at)
    if handle.digest != family.refresh_current or issuer.now >= ends:
        return INACTIVE
    found = standing(issuer, family, write=False)
    if found is None:
        return INACTIVE
    return {
        "active": True,
        "iss": issuer.name,
        "sub": issuer.subject(found.account, found.client),
        "client_id": family.client_id,
        "scope": " ".join(found.scope),
        "token_type": "refresh_token",
        "exp": ends,
    }
