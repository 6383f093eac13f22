"""``client_credentials``: a client for itself (RFC 6749 §4.4)."""

from __future__ import annotations

from oidc_pyramid.interfaces import IGrantType
from oidc_pyramid.issuer import TokenExchange, token_answer
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol import scope
from oidc_pyramid.protocol.errors import InvalidScope, UnauthorizedClient
from oidc_pyramid.protocol.outcomes import Issued

FOR_PEOPLE = frozenset({"openid", "profile", "email", "phone", "address", "offline_access"})


@plugin(IGrantType)
class ClientCredentials:
    """Nothing is stored but that the client is in use: it is the only anchor. No refresh token (RFC 6749 §4.4.3)."""

    name = "client_credentials"

    def redeem(self, exchange: TokenExchange) -> Issued:
        """A token for the scopes asked for, or all that the client has."""
        client, issuer = exchange.client, exchange.issuer
        if client.public:
            raise UnauthorizedClient(
                "a public client can't use its own credentials", spec="RFC 6749 §4.4"
            )
        resource = exchange.target()
        granted = resource.granted(_granted(exchange))
        client.mark_used()
        token = issuer.access_token(
            client, scope=granted, generation=client.generation, resource=resource
        )
        return token_answer(token, issuer, granted, resource)


def _granted(exchange: TokenExchange) -> tuple[str, ...]:
    """Scopes that speak of a person have no meaning here."""
    allowed = tuple(s for s in exchange.client.scope if s not in FOR_PEOPLE)
    try:
        asked = scope.parse(exchange.params.get("scope")) or allowed
    except ValueError as error:
        raise InvalidScope(f"scope is malformed: {error}", spec="RFC 6749 §3.3") from error
    if not set(asked) <= set(allowed):
        raise InvalidScope("a scope is not registered for this client", spec="RFC 6749 §4.4.2")
    return asked
