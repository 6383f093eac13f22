"""The shop's front page."""

from __future__ import annotations

from typing import Any


def home(request: Any) -> dict[str, Any]:
    """Who is signed in, and the way to an application that uses this provider."""
    issuer = request.oidc.settings.issuer
    return {"reader": request.identity, "playground": f"{issuer}/playground/", "issuer": issuer}


def includeme(config: Any) -> None:
    """One page, and the stylesheet that the provider's pages use too."""
    config.add_static_view("shop", "bookshop:static")
    config.add_route("home", "/")
    config.add_view(home, route_name="home", renderer="templates/home.pt")
