"""The OP iframe: clients ask in the browser whether the session is still the same
(Session Management 1.0 §3.2)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.renderers import render_to_response

from oidc_pyramid import browser_state
from oidc_pyramid.interfaces import IProvider
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint

POLICY = "default-src 'none'; script-src 'self'; base-uri 'none'"


@endpoint(IProvider, "check_session", methods=("GET",), page=True, framed=True)
def check_session(_provider: Provider, request: Any) -> Any:
    """No state and no markup of its own: any site may frame it, and learns one bit."""
    if not request.oidc.settings.session_management:
        raise HTTPNotFound
    values = {"cookie": request.oidc.cookies.name(browser_state.COOKIE)}
    response = render_to_response(f"{TEMPLATES}check_session.pt", values, request=request)
    response.headers["Content-Security-Policy"] = POLICY
    return response
