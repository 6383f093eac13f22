"""The page of ``prompt=select_account``: which of the people who are signed in here?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.interfaces import IInteraction
from oidc_pyramid.models.nodes import Interaction
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.advance import advance
from oidc_pyramid.views.cards import account_card, client_card
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.forms import form_token, read_form
from oidc_pyramid.views.interaction import begin
from oidc_pyramid.views.interactions import location
from oidc_pyramid.views.pictures import with_pictures


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One choice."""

    sid: str
    name: str
    username: str
    picture: str | None
    needs_password: bool = False


@endpoint(IInteraction, "select_account", methods=("GET", "POST"), page=True, popup=True)
def select_account(interaction: Interaction, request: Any) -> Any:
    """Show the accounts; or make one of them current. Another one signs in first."""
    pending, client, response = begin(request, interaction)
    if response is not None:
        return response
    wanted = pending.wanted
    if request.method == "POST":
        params = read_form(request, "select", wanted.interaction)
        chosen = params.get("account")
        if chosen is None or request.oidc.browser.select(chosen, wanted.interaction) is None:
            return outcomes.see_other(location(request, pending, "login"))
        return advance(request, pending, client, answered=True)
    card = client_card(client, wanted.redirect_uri)
    rows = [_row(one) for one in request.oidc.browser.all()]
    values = {
        "action": request.oidc.url("interactions", interaction.__name__, "select_account"),
        "csrf_token": form_token(request, "select", wanted.interaction),
        "client": card,
        "accounts": rows,
    }
    page = render_to_response(f"{TEMPLATES}select_account.pt", values, request=request)
    return with_pictures(page, card, *rows)


def _row(one: Any) -> AccountRow:
    card = account_card(one.account)
    return AccountRow(one.sid, card.name, card.username, card.picture)
