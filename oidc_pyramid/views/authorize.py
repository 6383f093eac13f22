"""The authorization endpoint: somebody asks (RFC 6749 §3.1, Core §3.1.2)."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from typing import Any

from oidc_pyramid import hints
from oidc_pyramid.interfaces import IPrompt, IProvider, IResponseMode
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.plugins import Plugins
from oidc_pyramid.prompts.levels import SIGN_IN
from oidc_pyramid.protocol.authorization import (
    UNKNOWN_CLIENT,
    Offer,
    Wanted,
    identify,
    judge,
    salvage,
)
from oidc_pyramid.protocol.errors import AuthorizationError, InvalidRequest, PageError
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.request_objects import carries_object, unpacked
from oidc_pyramid.settings import Settings
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.advance import advance
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.interactions import Pending, location

NOBODY = " "  # no subject is that


@endpoint(IProvider, "authorize", methods=("GET", "POST"), page=True, popup=True)
def authorize(provider: Provider, request: Any) -> Any:
    """Identify, judge, then ask the person or answer the client.

    A POST from another site carries no cookies: it goes on as a GET that any browser may open,
    as anybody may follow an authorization link.
    """
    pairs = _pairs(request)
    outside = salvage(pairs)
    client = _client(request, provider, outside)
    request.environ["oidc.ui_locales"] = _ui_locales(pairs)
    request.oidc.silent = ("prompt", "none") in pairs
    offer = offer_of(request.oidc.settings, request.oidc.plugins, request.oidc.issuer.scopes())
    if client is None:
        raise PageError(UNKNOWN_CLIENT, error="invalid_client")
    pairs, clean = _unpacked(request, pairs, outside, client, offer)
    request.oidc.reply = identify(clean, client, offer, request.oidc.settings.issuer)
    request.oidc.silent = ("prompt", "none") in pairs
    wanted = judge(
        pairs,
        client,
        request.oidc.reply,
        offer,
        interaction=secrets.token_hex(16),
        now=request.oidc.now,
        lifetime=request.oidc.settings.interaction_expire,
    )
    wanted = _with_hint(request, wanted, client, pairs)
    request.oidc.judged = True
    request.oidc.reply = wanted.reply(request.oidc.settings.issuer)
    if request.method == "POST":
        return outcomes.see_other(location(request, Pending(wanted)))
    return advance(request, Pending(wanted), client)


def _pairs(request: Any) -> list[tuple[str, str]]:
    """Query and body count alike: a parameter in both is sent twice (RFC 6749 §3.1)."""
    try:
        pairs: list[tuple[str, str]] = request.oidc.query()
        return pairs + (request.oidc.form() if request.method == "POST" else [])
    except InvalidRequest as error:
        raise PageError(error.check, private=error.private) from error


def _unpacked(
    request: Any, pairs: list[tuple[str, str]], outside: Params, client: Client, offer: Offer
) -> tuple[list[tuple[str, str]], Params]:
    """What a request object says, if one came or has to; and what of it identifies the request.
    Until it is believed, an error goes to the redirect URI outside it, if that is a good one
    (RFC 9101 §6.3)."""
    if not (client.require_signed_request_object or carries_object(pairs)):
        return pairs, outside
    with suppress(PageError):
        request.oidc.reply = identify(outside, client, offer, request.oidc.settings.issuer)
    found = unpacked(pairs, client, request.oidc.issuer, request.oidc.runtime.fetcher)
    request.oidc.reply = None
    return found, salvage(found)


def _client(request: Any, provider: Provider, params: Params) -> Client | None:
    client = provider.clients.get(params.get("client_id"))
    return client if client is not None and client.active else None


def _ui_locales(pairs: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(tag for name, value in pairs if name == "ui_locales" for tag in value.split()[:10])


def _with_hint(
    request: Any, wanted: Wanted, client: Client, pairs: list[tuple[str, str]]
) -> Wanted:
    """Whom the client expects to be signed in (Core §3.1.2.1); only a hint of ours counts."""
    hint = next((value for name, value in pairs if name == "id_token_hint" and value), None)
    named = wanted.claims_request.subject()
    if hint is None:
        return replace(wanted, hinted=_expected(request, wanted, client, named or ""))
    try:
        claims = hints.read(request.oidc.issuer, hint, client.client_id)
    except hints.NotOurs as error:
        raise AuthorizationError(hints.CHECK, private=str(error)) from error
    subject = str(claims["sub"])
    if named not in (None, subject):
        raise AuthorizationError(
            "claims and id_token_hint name different people",
            check="expected-subject",
            spec="Core §5.5.1",
        )
    return replace(wanted, hinted=_expected(request, wanted, client, subject))


def _expected(request: Any, wanted: Wanted, client: Client, subject: str) -> str:
    """Whom the request names. A silent one must not find out who sits here: of those who were
    never at this client it learns what it would learn of somebody who is elsewhere."""
    if "none" not in wanted.prompt or not subject:
        return subject
    oidc = request.oidc
    strangers = (
        one
        for one in oidc.browser.all()
        if oidc.provider.grants.get(str(one.account.id), client.client_id) is None
    )
    hidden = any(oidc.issuer.subject(one.account, client) == subject for one in strangers)
    return NOBODY if hidden else subject


def offer_of(settings: Settings, plugins: Plugins, scopes: tuple[str, ...]) -> Offer:
    """What this deployment enables of what is registered."""
    modes = [plugins.get(IResponseMode, name) for name in settings.response_modes]
    return Offer(
        response_types=settings.response_types,
        response_modes=settings.response_modes,
        token_modes=tuple(mode.name for mode in modes if mode.carries_tokens),
        scopes=frozenset(scopes),
        prompts=prompts_of(settings, plugins),
        require_pkce=settings.require_pkce,
        resources=settings.targets,
    )


def prompts_of(settings: Settings, plugins: Plugins) -> tuple[str, ...]:
    """``none`` and every prompt that is registered; ``create`` where people may sign up. What
    leads to a level is asked for by the level."""
    names = [p.name for p in plugins.all(IPrompt) if p.name == SIGN_IN or not getattr(p, "acr", "")]
    return ("none", *(name for name in names if name != "create" or settings.signup))
