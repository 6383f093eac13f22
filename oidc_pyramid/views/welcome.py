"""The front page: what this is; in development the way into the playground."""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.interfaces import IProvider
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.seed import seeded
from oidc_pyramid.views.cards import account_card
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.pictures import with_pictures


@endpoint(IProvider, methods=("GET",), page=True)
def welcome(provider: Provider, request: Any) -> Any:
    """For a person who has typed the address."""
    oidc = request.oidc
    current = oidc.browser.current()
    card = account_card(current.account) if current else None
    playground = oidc.settings.development and oidc.runtime.playground
    values = {
        "development": oidc.settings.development,
        "people": seeded(provider, oidc.settings, oidc.runtime.passwords),
        "playground_url": oidc.url("playground", "") if playground else None,
        "signed_in": card,
        "login_url": oidc.url("account", "login"),
        "discovery_url": oidc.url(".well-known", "openid-configuration"),
    }
    page = render_to_response(f"{TEMPLATES}welcome.pt", values, request=request)
    return with_pictures(page, card)
