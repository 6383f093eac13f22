"""``prompt=create``: the person is new here (Initiating User Registration 1.0)."""

from __future__ import annotations

from oidc_pyramid.decision import Consent, SignIn
from oidc_pyramid.interfaces import IPrompt
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.authorization import Wanted


@plugin(IPrompt)
class CreatePrompt:
    """Offered where ``oidc.signup`` allows it; answered by an account made, or by a sign-in, in
    this very interaction."""

    name = "create"
    before = ("login", "consent")
    after = ("select_account",)

    def needed(self, wanted: Wanted, session: SignIn | None, consent: Consent) -> str | None:
        """``login_required``."""
        here = session is not None and session.authenticated_in == wanted.interaction
        return "login_required" if self.name in wanted.prompt and not here else None
