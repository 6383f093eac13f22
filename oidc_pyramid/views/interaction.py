"""``/interactions/{seal}``: go on where the person left (Core §3.1.2.3)."""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.interfaces import IInteraction
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.nodes import Interaction
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.advance import advance
from oidc_pyramid.views.cards import client_card
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.interactions import Pending, binding_cookie, location, opened


@endpoint(IInteraction, methods=("GET",), page=True, popup=True)
def resume(interaction: Interaction, request: Any) -> Any:
    """Bind it to this browser if it is not, then ask or answer."""
    pending, client, response = begin(request, interaction)
    if response is not None:
        return response
    if not pending.binding:
        return outcomes.see_other(location(request, pending.bound(binding_cookie(request))))
    request.oidc.browser.resumed(pending.wanted.interaction)
    return advance(request, pending, client, answered=True)


def begin(request: Any, interaction: Interaction) -> tuple[Pending, Client, Any]:
    """Open it for a page of a prompt; the third is a neutral page when it has had its answer."""
    pending, client = opened(request, interaction.__name__)
    request.environ["oidc.ui_locales"] = pending.wanted.ui_locales
    request.oidc.choose_language()
    if request.oidc.browser.is_finished(pending.wanted.interaction):
        return pending, client, finished(request, client)
    return pending, client, None


def finished(request: Any, client: Client) -> Any:
    """An old link or the back button: nothing happens twice."""
    values = {"client": client_card(client), "message": None}
    return render_to_response(f"{TEMPLATES}finished.pt", values, request=request)
