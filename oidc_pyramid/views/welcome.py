"""The front page: what this is; in development the way into the playground."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.interfaces import IProvider
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.seed import has_own_people
from oidc_pyramid.views.cards import account_card
from oidc_pyramid.views.endpoint import endpoint

DEVELOPMENT_PEOPLE = (("alice", "wonderland"), ("bob", "builder"))


@endpoint(IProvider, methods=("GET",), page=True, renderer="welcome")
def welcome(_provider: Provider, request: Any) -> dict[str, Any]:
    """For a person who has typed the address."""
    oidc = request.oidc
    current = oidc.browser.current()
    ours = oidc.settings.development and not has_own_people(oidc.settings)
    playground = oidc.settings.development and oidc.runtime.playground
    return {
        "development": oidc.settings.development,
        "people": DEVELOPMENT_PEOPLE if ours else (),
        "playground_url": oidc.url("playground", "") if playground else None,
        "signed_in": account_card(current.account) if current else None,
        "login_url": oidc.url("account", "login"),
        "discovery_url": oidc.url(".well-known", "openid-configuration"),
    }
