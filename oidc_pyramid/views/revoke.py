"""Token revocation (RFC 7009): when it is acknowledged, it has happened."""

from __future__ import annotations

from typing import Any

from pyramid.response import Response

from oidc_pyramid.events import TokenRevoked
from oidc_pyramid.interfaces import IProvider
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.refresh_handle import NotAuthentic
from oidc_pyramid.views.endpoint import endpoint


@endpoint(IProvider, "revoke", methods=("POST",), cors="client")
def revoke(_provider: Provider, request: Any) -> Response:
    """200 for every token of the caller, known or not; another client's stays as it is
    (RFC 7009 §2.1, §2.2). The hint is not needed: the text says what it is."""
    params = request.oidc.params()
    client = request.oidc.authenticate_client(params)
    text = params.required("token")
    if not _refresh(request.oidc.issuer, client, text):
        _access(request.oidc.issuer, client, text)
    return Response(status=200, content_type=None, charset=None)


def _refresh(issuer: Any, client: Client, text: str) -> bool:
    """A refresh token takes its whole authorization with it (RFC 7009 §2.1)."""
    try:
        handle = issuer.opened.handles.read(text)
    except NotAuthentic:
        return False
    family = issuer.provider.authorizations.get(handle.family)
    if family is not None and family.client_id == client.client_id:
        family.end("revoked by the client", now=issuer.now)
        issuer.announce(TokenRevoked(issuer.now, family.id, client.client_id))
    return True


def _access(issuer: Any, client: Client, text: str) -> None:
    """One access token: on the denylist until it would have expired."""
    token = issuer.read_access_token(text)
    if token is not None and token.client_id == client.client_id:
        issuer.provider.denylist.deny(token.id, token.expires_at)
        issuer.announce(TokenRevoked(issuer.now, token.authorization, client.client_id))
