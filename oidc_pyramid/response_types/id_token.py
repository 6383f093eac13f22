"""``id_token``: an ID Token from the authorization endpoint (Core §3.2.2.5, §3.3.2.11)."""

from __future__ import annotations

from collections.abc import Mapping

from oidc_pyramid.decision import Decision
from oidc_pyramid.interfaces import IResponseType
from oidc_pyramid.logout import remember_client
from oidc_pyramid.plugins import plugin


@plugin(IResponseType)
class IdTokenType:
    """Comes last: it holds the hashes of what is sent beside it."""

    name = "id_token"
    order = 30
    default_mode = "fragment"

    def issue(self, decision: Decision, issued: Mapping[str, str]) -> dict[str, str]:
        """``at_hash`` and ``c_hash`` for the token and the code of this answer. Who gets ``sid``
        is told when that session ends."""
        remember_client(decision.session(), decision.client)
        token = decision.issuer.id_token(
            decision.client,
            decision.sign_in.account,
            decision.authentication(),
            scope=decision.items(),
            demands=decision.wanted.claims_request.id_token,
            locales=decision.wanted.claims_locales,
            access_token=issued.get("access_token"),
            code=issued.get("code"),
        )
        return {"id_token": token}
