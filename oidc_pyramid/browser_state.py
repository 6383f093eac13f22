"""The OP browser state: a cookie that scripts of our iframe read, derived from the session's
(Session Management 1.0 §3.2). It identifies nobody."""

from __future__ import annotations

import secrets
from typing import Any

from oidc_pyramid import csrf
from oidc_pyramid.protocol.outcomes import Reply
from oidc_pyramid.protocol.redirect_uri import origin_of
from oidc_pyramid.protocol.session_state import session_state

COOKIE = "state"


def follow(request: Any, session_cookie: str | None) -> None:
    """Keep the state cookie in step with the session cookie, where the setting wants it."""
    oidc = request.oidc
    if not oidc.settings.session_management:
        return
    if session_cookie is None:
        oidc.cookies.delete(COOKIE, readable=True)
        return
    state = csrf.token(oidc.issuer.opened.csrf_key, session_cookie, "browser-state")
    if oidc.cookies.get(COOKIE) != state:
        oidc.cookies.set(COOKIE, state, readable=True)


def state_for(request: Any, reply: Reply) -> dict[str, str]:
    """``session_state`` for an answer (§2), where session management is on."""
    oidc = request.oidc
    origin = origin_of(reply.redirect_uri)
    if not oidc.settings.session_management or origin is None:
        return {}
    follow(request, oidc.cookies.get("session"))
    state = oidc.cookies.get(COOKIE) or ""
    return {"session_state": session_state(reply.client_id, origin, state, secrets.token_hex(8))}
