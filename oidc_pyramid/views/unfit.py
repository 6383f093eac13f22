"""A sign-in that is not the one that the client asked for."""

from __future__ import annotations

from oidc_pyramid.decision import SignIn
from oidc_pyramid.protocol.authorization import Wanted
from oidc_pyramid.protocol.errors import AuthorizationError, Check

SUBJECT = Check(
    "expected-subject", "Core §3.1.2.1", "somebody else signed in than the request names"
)


def why_unfit(wanted: Wanted, sign_in: SignIn) -> AuthorizationError | None:
    """The person has signed in for this very request; is it what was asked for?"""
    if sign_in.authenticated_in != wanted.interaction:
        return None
    if wanted.hinted and wanted.hinted != sign_in.subject:
        return AuthorizationError(SUBJECT, error="login_required")
    return None
