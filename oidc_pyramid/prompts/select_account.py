"""``prompt=select_account`` (Core §3.1.2.1): which of the accounts at this browser?"""

from __future__ import annotations

from oidc_pyramid.decision import Consent, SignIn
from oidc_pyramid.interfaces import IPrompt
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.authorization import Wanted


@plugin(IPrompt)
class SelectAccountPrompt:
    """Answered by a choice, or by a sign-in, in this very interaction."""

    name = "select_account"
    before = ("login", "consent")
    after = ()

    def needed(self, wanted: Wanted, session: SignIn | None, consent: Consent) -> str | None:
        """``account_selection_required``; nobody to choose from is the login prompt's matter."""
        if self.name not in wanted.prompt or session is None:
            return None
        if wanted.interaction in (session.selected_in, session.authenticated_in):
            return None
        return "account_selection_required"
