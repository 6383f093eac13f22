"""The nine paths of the ancestor. A closing slash makes no difference."""

from __future__ import annotations

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from oidc_pyramid.interfaces import IProvider
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.views.check_session import check_session
from oidc_pyramid.views.end_session import end_session
from oidc_pyramid.views.endpoint import Endpoint

# authorize, token, userinfo, introspect, jwks and the discovery document are named as ours are.
RENAMED = {
    "end-session": (end_session, Endpoint(("GET", "POST"), page=True, popup=True)),
    "end-session-prompt": (end_session, Endpoint(("GET", "POST"), page=True, popup=True)),
    "check-session-iframe": (check_session, Endpoint(("GET",), page=True, framed=True)),
}


def includeme(config: Any) -> None:
    """The three that have another name here, bound to the same views; and the slash."""
    config.registry.getUtility(Runtime.interface).closing_slash = True
    for name, (view, options) in RENAMED.items():
        config.add_view(
            view,
            context=IProvider,
            name=name,
            permission=NO_PERMISSION_REQUIRED,
            require_csrf=False,
            oidc=options,
        )
