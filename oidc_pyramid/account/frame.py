"""What the account pages share: their policy, and the way to the sign-in page."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.views import outcomes
from oidc_pyramid.views.pictures import with_pictures

HERE = "account"


def own(response: Any, *cards: Any) -> Any:
    """These pages never lead to a client: their forms may only come back here. ``cards`` are those
    whose pictures are on the page."""
    return with_pictures(response, *cards, form_action="'self'")


def to_login(request: Any) -> Any:
    """Nobody is signed in here."""
    elsewhere = request.oidc.browser.login_location(request.oidc.url("account"), None)
    return outcomes.see_other(elsewhere or request.oidc.url("account", "login"))
