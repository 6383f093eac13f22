"""A demo relying party in the same server: the code flow, step by step, over real HTTP.

For development alone: ``oidc.include = oidc_pyramid.playground``.
"""

from __future__ import annotations

import secrets
from typing import Any

from pyramid.exceptions import ConfigurationError
from pyramid.security import NO_PERMISSION_REQUIRED

from oidc_pyramid.playground import callback, run_page, start
from oidc_pyramid.playground.clients import documents as development_clients
from oidc_pyramid.playground.pages import IPlayground, Playground, View, framed
from oidc_pyramid.playground.runs import Runs
from oidc_pyramid.playground.wire import Wire
from oidc_pyramid.runtime import IRuntime

__all__ = ["development_clients", "includeme"]

GET, POST = ("GET",), ("POST",)
_ACTION = "{action:" + "|".join(run_page.ACTIONS) + "}"
PAGES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("playground_bare", "/playground", lambda visit: visit.go(visit.playground.root), GET),
    ("playground_start", "/playground/", start.start, GET),
    ("playground_begin", "/playground/begin", start.begin, POST),
    ("playground_callback", "/playground/callback", callback.callback, GET + POST),
    ("playground_fragment", "/playground/callback/fragment", callback.fragment, POST),
    ("playground_run", "/playground/runs/{run}", run_page.show, GET),
    ("playground_act", "/playground/runs/{run}/" + _ACTION, run_page.act, POST),
)


def includeme(config: Any) -> None:
    """Refuses outside development: the playground shows tokens and knows a public secret."""
    runtime = config.registry.queryUtility(IRuntime)
    if runtime is None or not runtime.settings.development:
        raise ConfigurationError(
            "oidc_pyramid.playground is for development: set oidc.development = true, and name it "
            "in oidc.include"
        )
    issuer = runtime.settings.issuer
    playground = Playground(issuer, Runs(), Wire(issuer), secrets.token_bytes(32))
    config.registry.registerUtility(playground, IPlayground)
    runtime.playground = True
    for name, pattern, view, methods in PAGES:
        config.add_route(name, pattern)
        config.add_view(
            framed(view, methods),
            route_name=name,
            permission=NO_PERMISSION_REQUIRED,
            require_csrf=False,
        )
