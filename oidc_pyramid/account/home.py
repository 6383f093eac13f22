"""``/account``: who is signed in here, where else, and which applications have access."""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.account.applications import application_rows
from oidc_pyramid.account.frame import own, to_login
from oidc_pyramid.account.sessions import session_rows
from oidc_pyramid.interfaces import IAccountPage
from oidc_pyramid.models.nodes import AccountPage
from oidc_pyramid.views.cards import account_card
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.forms import form_token


@endpoint(IAccountPage, methods=("GET",), page=True)
def account(_context: AccountPage, request: Any) -> Any:
    """Who is signed in here, and what they can do."""
    current = request.oidc.browser.current()
    if current is None:
        return to_login(request)
    account_id = str(current.account.id)
    values = {
        "account": account_card(current.account),
        "csrf_token": form_token(request, "sign-out", current.sid),
        "action_logout": request.oidc.url("account", "logout"),
        "sessions": session_rows(request, account_id, current.sid),
        "applications": application_rows(request, account_id),
        "action_sessions": request.oidc.url("account", "sessions"),
        "token_sessions": form_token(request, "sessions", current.sid),
        "action_applications": request.oidc.url("account", "applications"),
        "token_applications": form_token(request, "applications", current.sid),
    }
    page = render_to_response(f"{TEMPLATES}account.pt", values, request=request)
    return own(page, values["account"])
