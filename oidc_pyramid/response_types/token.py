"""``token``: an access token from the authorization endpoint (RFC 6749 §4.2.2)."""

from __future__ import annotations

from collections.abc import Mapping

from oidc_pyramid.decision import Decision
from oidc_pyramid.interfaces import IResponseType
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.errors import AuthorizationError, InvalidTarget
from oidc_pyramid.protocol.resource import Resource


@plugin(IResponseType)
class TokenType:
    """Off unless a deployment enables a set with it (RFC 9700 §2.1.2)."""

    name = "token"
    order = 20
    default_mode = "fragment"

    def issue(self, decision: Decision, issued: Mapping[str, str]) -> dict[str, str]:
        """The token, its type and life, and the scope that it has."""
        resource, anchor = decision.front_resource(), decision.front_channel()
        granted = _granted(resource, anchor.scope)
        token = decision.issuer.access_token(
            decision.client,
            scope=granted,
            authorization=anchor.id,
            account_id=anchor.account_id,
            generation=0,
            resource=resource,
            authentication=decision.authentication(),
        )
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": str(resource.expire),
            "scope": " ".join(granted),
        }


def _granted(resource: Resource, scope: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return resource.granted(scope)
    except InvalidTarget as error:
        raise AuthorizationError(error.check, error=error.error) from error
