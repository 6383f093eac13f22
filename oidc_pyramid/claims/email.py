"""``scope=email`` (Core §5.4)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.interfaces import IClaims
from oidc_pyramid.plugins import plugin


@plugin(IClaims)
class EmailClaims:
    """The address, and whether it was confirmed."""

    name = "email"
    supplies = ("email", "email_verified")

    def __call__(self, account: Any) -> dict[str, object]:
        """Nothing where there is no address."""
        email = getattr(account, "email", None)
        if not email:
            return {}
        return {"email": email, "email_verified": bool(getattr(account, "email_verified", False))}
