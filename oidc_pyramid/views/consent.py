"""The page of ``prompt=consent``: may this client do this? (Core §3.1.2.4)"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.decision import SignIn
from oidc_pyramid.events import ConsentDenied, ConsentGiven
from oidc_pyramid.interfaces import IInteraction
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.nodes import Interaction
from oidc_pyramid.views.advance import (
    advance,
    consent_items,
    identity_assured,
    new_items,
    ready_for,
    refuse,
)
from oidc_pyramid.views.cards import account_card, client_card, scope_rows
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.forms import form_token, read_form
from oidc_pyramid.views.interaction import begin
from oidc_pyramid.views.interactions import Pending, location
from oidc_pyramid.views.login import cancelled
from oidc_pyramid.views.pictures import with_pictures


@endpoint(IInteraction, "consent", methods=("GET", "POST"), page=True, popup=True)
def consent(interaction: Interaction, request: Any) -> Any:
    """Show what would be granted; or take the decision on exactly that."""
    pending, client, response = begin(request, interaction)
    if response is not None:
        return response
    sign_in = ready_for(request, pending, client, "consent")
    if sign_in is None:
        return advance(request, pending, client)
    items = consent_items(request, pending.wanted)
    about = _about(pending, client, sign_in, items)
    if request.method != "POST":
        return _page(request, interaction, pending, client, sign_in, items)
    params = read_form(request, *about)
    if params.get("decision") != "allow":
        return _deny(request, pending, client, sign_in)
    _remember(request, pending, client, sign_in, items)
    agreed = replace(pending, consented=str(sign_in.account.id))
    return advance(request, agreed, client, answered=True)


def _about(
    pending: Pending, client: Client, sign_in: SignIn, items: tuple[str, ...]
) -> tuple[str, ...]:
    """All that a decision binds: interaction, session, client, the scopes on the page."""
    wanted = pending.wanted
    shown = (wanted.interaction, sign_in.sid, client.client_id, " ".join(items))
    return ("consent", *shown, wanted.redirect_uri)


def _deny(request: Any, pending: Pending, client: Client, sign_in: SignIn) -> Any:
    """``access_denied``; the interaction has had its answer, which is committed."""
    wanted, oidc = pending.wanted, request.oidc
    oidc.issuer.announce(
        ConsentDenied(oidc.now, str(sign_in.account.id), client.client_id, wanted.scope)
    )
    return refuse(request, wanted, cancelled())


def _remember(
    request: Any, pending: Pending, client: Client, sign_in: SignIn, items: tuple[str, ...]
) -> None:
    wanted, oidc = pending.wanted, request.oidc
    account, account_id = sign_in.account, str(sign_in.account.id)
    grants = oidc.provider.grants
    grant = grants.obtain(account_id, client.client_id, now=oidc.now, account=account)
    grant.allow(items, now=oidc.now)
    if remembers(request, client, wanted.redirect_uri):
        grant.remember(
            items,
            until=oidc.now + oidc.settings.consent_expire,
            consent_generation=client.consent_generation,
        )
    oidc.issuer.announce(ConsentGiven(oidc.now, account_id, client.client_id, wanted.scope))


def remembers(request: Any, client: Client, redirect_uri: str) -> bool:
    """The deployment's setting, the client's, and whether we can be sure who the client is."""
    return bool(
        request.oidc.settings.consent_remember
        and client.remembers_consent
        and identity_assured(client, redirect_uri)
    )


def _page(
    request: Any,
    interaction: Interaction,
    pending: Pending,
    client: Client,
    sign_in: SignIn,
    items: tuple[str, ...],
) -> Any:
    wanted = pending.wanted
    grant = request.oidc.provider.grants.get(str(sign_in.account.id), client.client_id)
    known = grant is not None and grant.active and bool(grant.remembered)
    new = new_items(grant, items) if known else ()
    card = client_card(client, wanted.redirect_uri)
    values = {
        "action": request.oidc.url("interactions", interaction.__name__, "consent"),
        "csrf_token": form_token(request, *_about(pending, client, sign_in, items)),
        "client": card,
        "account": account_card(sign_in.account),
        "scopes": scope_rows(request, items, new),
        "switch_url": location(request, pending, "login"),
        "remembers": remembers(request, client, wanted.redirect_uri),
    }
    page = render_to_response(f"{TEMPLATES}consent.pt", values, request=request)
    return with_pictures(page, card, values["account"])
