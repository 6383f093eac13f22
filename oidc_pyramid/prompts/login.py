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
    acr = ""  # the first of oidc.acr_values
    amr = ("pwd",)
    before = ("consent",)
    after = ("select_account",)

    def needed(self, wanted: Wanted, session: SignIn | None, consent: Consent) -> str | None:
        """``login_required``."""
        if session is None:
            return "login_required"
        if session.authenticated_in == wanted.interaction or not _again(wanted, session):
            return None
        return "login_required"


def _again(wanted: Wanted, session: SignIn) -> bool:
    """Too long ago, or somebody else; ``max_age=0`` is ``prompt=login``."""
    age = wanted.asked_at - session.auth_time
    return (
        LoginPrompt.name in wanted.prompt
        or bool(wanted.hinted and wanted.hinted != session.subject)
        or (wanted.max_age is not None and (not wanted.max_age or age > wanted.max_age))
    )
