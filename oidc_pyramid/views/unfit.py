"""A sign-in that is not the one that the client asked for."""

from __future__ import annotations

from collections.abc import Collection

from oidc_pyramid.decision import SignIn
from oidc_pyramid.protocol.authorization import Wanted
from oidc_pyramid.protocol.errors import AuthorizationError, Check

SUBJECT = Check(
    "expected-subject", "Core §3.1.2.1", "somebody else signed in than the request names"
)
LEVEL = Check(
    "essential-acr",
    "Core §5.5.1.1",
    "none of the essential acr values was reached",
    "Ask for a value that acr_values_supported names, or make it voluntary.",
)
UNMET = "unmet_authentication_requirements"


def check_reachable(wanted: Wanted, offered: Collection[str]) -> None:
    """Nobody is asked to sign in for a level that this provider does not have."""
    demanded = wanted.claims_request.essential_acr()
    if demanded and not set(demanded) & set(offered):
        raise AuthorizationError(LEVEL, error=UNMET)


def why_unfit(wanted: Wanted, sign_in: SignIn) -> AuthorizationError | None:
    """The person has signed in for this very request; is it what was asked for?"""
    if sign_in.authenticated_in != wanted.interaction:
        return None
    if wanted.hinted and wanted.hinted != sign_in.subject:
        return AuthorizationError(SUBJECT, error="login_required")
    demanded = wanted.claims_request.essential_acr()
    if demanded and sign_in.acr not in demanded:
        return AuthorizationError(LEVEL, error=UNMET)
    return None
