"""Ending sessions, and the page that tells clients by the front channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.decision import SignIn
from oidc_pyramid.logout import Frame, frames
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.redirect_uri import origin_of
from oidc_pyramid.views.cards import client_card
from oidc_pyramid.views.endpoint import TEMPLATES
from oidc_pyramid.views.headers import content_security_policy


def sign_out(request: Any, sign_ins: Iterable[SignIn]) -> list[Frame]:
    """End them all; the frames that tell their clients (Front-Channel Logout §2)."""
    browser, issuer = request.oidc.browser, request.oidc.issuer
    told: list[Frame] = []
    for one in sign_ins:
        session = browser.visited(one.sid)
        if session is not None:
            told += frames(issuer, [session])
        browser.sign_out(one.sid)
    return told


def logged_out(
    request: Any,
    told: Sequence[Frame],
    *,
    client: Client | None = None,
    continue_url: str | None = None,
) -> Any:
    """It is done. With frames the page waits for them, says who could not be told, goes on."""
    values = {
        "client": client_card(client) if client else None,
        "continue_url": continue_url,
        "frames": told,
    }
    name = "signing_out" if told else "logged_out"
    response = render_to_response(f"{TEMPLATES}{name}.pt", values, request=request)
    origins = sorted({origin for frame in told if (origin := origin_of(frame.uri))})
    response.headers["Content-Security-Policy"] = content_security_policy(frames=origins)
    return response
