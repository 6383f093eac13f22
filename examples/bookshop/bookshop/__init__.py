"""A bookshop whose readers can sign in elsewhere with their account here."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.session import SignedCookieSessionFactory

from bookshop.security import Policy


def main(global_config: dict[str, str], **settings: Any) -> Any:
    """The application; everything about the provider is in the six lines from its include on."""
    with Configurator(settings=settings) as config:
        config.include("pyramid_chameleon")
        config.include("bookshop.people")
        config.set_session_factory(SignedCookieSessionFactory(settings["bookshop.secret"]))
        config.set_security_policy(Policy())
        config.set_default_csrf_options(require_csrf=True)

        config.include("oidc_pyramid", route_prefix="/id")
        config.add_oidc_root_metadata()
        config.override_asset(
            "oidc_pyramid.templates:layout.pt", "bookshop:templates/oidc_layout.pt"
        )

        config.include("bookshop.sign_in")
        config.include("bookshop.shop")
        config.include("bookshop.api")
    return config.make_wsgi_app()
