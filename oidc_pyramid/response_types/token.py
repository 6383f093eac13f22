"""``token``: an access token from the authorization endpoint (RFC 6749 §4.2.2)."""

from __future__ import annotations

from collections.abc import Mapping

from oidc_pyramid.decision import Decision
from oidc_pyramid.interfaces import IResponseType
from oidc_pyramid.plugins import plugin


@plugin(IResponseType)
class TokenType:
    """Off unless a deployment enables a set with it (RFC 9700 §2.1.2)."""

    name = "token"
    order = 20
    default_mode = "fragment"

    def issue(self, decision: Decision, issued: Mapping[str, str]) -> dict[str, str]:
        """The token, its type and life, and the scope that it has."""
        anchor = decision.front_channel()
        issuer = decision.issuer
        token = issuer.access_token(
            decision.client,
            scope=anchor.scope,
            authorization=anchor.id,
            account_id=anchor.account_id,
            generation=0,
        )
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": str(issuer.settings.token_expire),
            "scope": " ".join(anchor.scope),
        }
