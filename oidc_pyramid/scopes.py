"""The standard scopes in words, for the consent page (Core §5.4, §11)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.i18n import _


def includeme(config: Any) -> None:
    """A host may say them in its own words: its registration wins."""
    config.add_oidc_scope("openid", _("Sign you in"), _("Know that it is you."), "key")
    config.add_oidc_scope(
        "profile", _("Your profile"), _("Your name, picture, language and the like."), "person"
    )
    config.add_oidc_scope("email", _("Your e-mail address"), _("Read your address."), "mail")
    config.add_oidc_scope("phone", _("Your phone number"), _("Read your number."), "phone")
    config.add_oidc_scope("address", _("Your postal address"), _("Read where you live."), "home")
    config.add_oidc_scope(
        "offline_access",
        _("Access while you are away"),
        _("Keep this access after you have signed out, until you take it back."),
        "clock",
    )
    config.add_oidc_scope(
        "token_introspection", _("Check tokens"), _("Ask whether a token is good."), "shield"
    )
