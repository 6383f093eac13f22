"""An error that nobody was asked about, on its way to an application that nobody vouches for.

Anybody may register a client with a link that fails at once: whoever trusts our address would be
taken to theirs without a word (RFC 9700 §4.11.2). So the way there is shown, not taken.
"""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.interfaces import IResponseMode
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.outcomes import Sent, Transport
from oidc_pyramid.protocol.redirect_uri import origin_of
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.cards import client_card
from oidc_pyramid.views.endpoint import TEMPLATES
from oidc_pyramid.views.headers import content_security_policy


def held_back(request: Any) -> Client | None:
    """The client whose error answer waits for a click; None when it may go.

    A silent request (``prompt=none``) is made by a script that nobody sees: its refusal goes (Core
    §3.1.2.6). One that is malformed goes only if the person has allowed this client something;
    with ``strict``, any.
    """
    oidc = request.oidc
    mode = oidc.settings.error_interstitial
    answers_a_page = request.method == "POST" and request.view_name != "authorize"
    if mode == "off" or answers_a_page:
        return None
    client = oidc.provider.clients.get(oidc.reply.client_id)
    if client is None or client.verified or not client.dynamic:
        return None
    goes = oidc.silent and ((oidc.judged and mode != "strict") or _has_grant(request, client))
    return None if goes else client


def answer(request: Any, sent: Sent) -> Any:
    """Send an error to the client, or first show where it would go."""
    client = held_back(request)
    return outcomes.send(request, sent) if client is None else interstitial(request, sent, client)


def _has_grant(request: Any, client: Client) -> bool:
    grants = request.oidc.provider.grants
    found = (
        grants.get(str(one.account.id), client.client_id) for one in request.oidc.browser.all()
    )
    return any(grant is not None and grant.active for grant in found)


def interstitial(request: Any, sent: Sent, client: Client) -> Any:
    """The page that names where the answer would go; 400, for the request is refused."""
    mode = request.oidc.plugin(IResponseMode, sent.reply.mode)
    transport: Transport = mode.deliver(sent.reply, sent.reply.fields(sent.parameters))
    values = {
        "client": client_card(client, sent.reply.redirect_uri),
        "continue_url": transport.location,
        "action": transport.action,
        "fields": list(transport.fields),
    }
    response = render_to_response(f"{TEMPLATES}interstitial.pt", values, request=request)
    response.status_int = 400
    target = origin_of(transport.action or "") or "'none'"
    response.headers["Content-Security-Policy"] = content_security_policy(form_action=target)
    return response
