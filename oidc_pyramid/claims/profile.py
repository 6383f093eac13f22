"""``scope=profile`` (Core §5.4)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.interfaces import IClaims
from oidc_pyramid.plugins import plugin


@plugin(IClaims)
class ProfileClaims:
    """The person's default profile; ``name`` is made from its parts where it is not set."""

    name = "profile"
    supplies = (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    )

    def __call__(self, account: Any) -> dict[str, object]:
        """Whatever of it the account has."""
        claims = {claim: getattr(account, claim, None) for claim in self.supplies}
        parts = (claims["given_name"], claims["family_name"])
        claims["name"] = claims["name"] or " ".join(str(part) for part in parts if part)
        claims["preferred_username"] = claims["preferred_username"] or account.username
        return claims
