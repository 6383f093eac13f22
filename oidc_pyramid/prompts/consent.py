"""``prompt=consent`` and scopes that nobody agreed to (Core §3.1.2.4)."""

from __future__ import annotations

from oidc_pyramid.decision import Consent, SignIn
from oidc_pyramid.interfaces import IPrompt
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.authorization import Wanted


@plugin(IPrompt)
class ConsentPrompt:
    """Asked when a scope is new, when consent is not remembered, or when the client wants it."""

    name = "consent"
    before = ()
    after = ("login", "select_account")

    def needed(self, wanted: Wanted, session: SignIn | None, consent: Consent) -> str | None:
        """``consent_required``."""
        if consent.given_in == wanted.interaction:
            return None
        if consent.missing or self.name in wanted.prompt:
            return "consent_required"
        return None
