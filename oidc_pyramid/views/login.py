"""The page of ``prompt=login``: who are you?"""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.interfaces import IInteraction
from oidc_pyramid.models.nodes import Interaction
from oidc_pyramid.protocol.errors import AuthorizationError
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.advance import advance
from oidc_pyramid.views.cards import client_card
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.forms import form_token, read_form
from oidc_pyramid.views.interaction import begin
from oidc_pyramid.views.interactions import Pending, location
from oidc_pyramid.views.pictures import with_pictures
from oidc_pyramid.views.sign_in import password_sign_in


@endpoint(IInteraction, "login", methods=("GET", "POST"), page=True, popup=True)
def login(interaction: Interaction, request: Any) -> Any:
    """Show the form; or check it and go on. A host's own page is at another address."""
    pending, client, response = begin(request, interaction)
    if response is not None:
        return response
    wanted = pending.wanted
    elsewhere = request.oidc.browser.login_location(location(request, pending), wanted)
    if elsewhere is not None:
        return outcomes.see_other(elsewhere)
    if request.method != "POST":
        return _page(request, interaction, pending, client, username=_prefill(request, pending))
    params = read_form(request, "login", wanted.interaction)
    if params.get("cancel") is not None:
        raise cancelled()
    username = params.get("username") or ""
    sign_in, error = password_sign_in(
        request, username, params.get("password") or "", interaction=wanted.interaction
    )
    if sign_in is None:
        return _page(request, interaction, pending, client, username=username, error=error)
    return advance(request, pending, client, answered=True)


def cancelled() -> AuthorizationError:
    """The person does not want to sign in (RFC 6749 §4.1.2.1)."""
    return AuthorizationError(
        "the person refused", check="person-agreed", spec="RFC 6749 §4.1.2.1", error="access_denied"
    )


def _prefill(request: Any, pending: Pending) -> str:
    """The hint, or the name of the person who has to sign in again."""
    if pending.wanted.login_hint:
        return pending.wanted.login_hint
    current = request.oidc.browser.current()
    again = current is not None and "select_account" not in pending.wanted.prompt
    return current.account.username if again else ""


def _page(
    request: Any,
    interaction: Interaction,
    pending: Pending,
    client: Any,
    *,
    username: str,
    error: str | None = None,
) -> Any:
    card = client_card(client, pending.wanted.redirect_uri)
    several = len(request.oidc.browser.all()) > 1
    signup = request.oidc.settings.signup
    values = {
        "action": request.oidc.url("interactions", interaction.__name__, "login"),
        "csrf_token": form_token(request, "login", pending.wanted.interaction),
        "username": username,
        "error": error,
        "client": card,
        "accounts_url": location(request, pending, "select_account") if several else None,
        "signup_url": location(request, pending, "signup") if signup else None,
        "cancel": True,
    }
    page = render_to_response(f"{TEMPLATES}login.pt", values, request=request)
    return with_pictures(page, card)
