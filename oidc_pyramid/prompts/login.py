"""``prompt=login`` and ``max_age`` (Core §3.1.2.1): who is at the keyboard, and since when?"""

from __future__ import annotations

from oidc_pyramid.decision import Consent, SignIn
from oidc_pyramid.interfaces import IPrompt
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.authorization import Wanted


@plugin(IPrompt)
class LoginPrompt:
    """Only an event of this very interaction satisfies ``prompt=login``; never a clock."""

    name = "login"
    before = ("consent",)
    after = ("select_account",)

    def needed(self, wanted: Wanted, session: SignIn | None, consent: Consent) -> str | None:
        """``login_required``."""
        if session is None:
            return "login_required"
        if session.authenticated_in == wanted.interaction:
            return None
        if self.name in wanted.prompt:
            return "login_required"
        if wanted.hinted and wanted.hinted != session.subject:
            return "login_required"
        if wanted.max_age is not None and wanted.asked_at - session.auth_time > wanted.max_age:
            return "login_required"
        return None
