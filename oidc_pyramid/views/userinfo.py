"""The UserInfo endpoint: who is this? (Core §5.3)"""

from __future__ import annotations

from typing import Any

from pyramid.response import Response

from oidc_pyramid.interfaces import IProvider
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.errors import InvalidToken
from oidc_pyramid.views.bearer import authorize_bearer
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.outcomes import json_response


@endpoint(IProvider, "userinfo", methods=("GET", "POST"), cors="client")
def userinfo(_provider: Provider, request: Any) -> Any:
    """``sub`` and the claims of the token's scopes, as they are now. No cookie counts here."""
    _token, found = authorize_bearer(request, "openid")
    if found.account is None:
        raise InvalidToken("the access token speaks for no person", spec="Core §5.3.1")
    issuer = request.oidc.issuer
    claims = issuer.claims(
        found.account,
        found.items,
        found.claims_request.userinfo,
        locales=found.authorization.claims_locales if found.authorization else (),
        client=found.client,
    )
    claims["sub"] = issuer.subject(found.account, found.client)
    claims = issuer.process("userinfo", claims, found.client, found.account, found.scope)
    token = issuer.userinfo(found.client, claims)
    if token is None:
        return json_response(claims)
    response = Response(token.encode(), content_type="application/jwt")
    response.charset = None
    return response
