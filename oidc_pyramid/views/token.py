"""The token endpoint: the code comes back (RFC 6749 §3.2)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.interfaces import IGrantType, IProvider
from oidc_pyramid.issuer import TokenExchange
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.errors import UnauthorizedClient, UnsupportedGrantType
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.outcomes import token_response


@endpoint(IProvider, "token", methods=("POST",), cors="client")
def token(_provider: Provider, request: Any) -> Any:
    """Authenticate the client, let the grant type decide, answer."""
    params = request.oidc.params(repeatable=("resource",))
    client = request.oidc.authenticate_client(params)
    name = params.required("grant_type")
    enabled = name in request.oidc.settings.grant_types
    grant_type = request.oidc.plugin(IGrantType, name) if enabled else None
    if grant_type is None:
        raise UnsupportedGrantType("this grant_type is not supported", spec="RFC 6749 §5.2")
    if name not in client.grant_types:
        raise UnauthorizedClient("this client may not use this grant_type", spec="RFC 6749 §5.2")
    exchange = TokenExchange(params, client, request.oidc.issuer)
    exchange.target()  # one that is not known is refused, whatever the grant type makes of it
    return token_response(request, grant_type.redeem(exchange))
