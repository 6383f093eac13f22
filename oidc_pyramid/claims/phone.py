"""``scope=phone`` (Core §5.4)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.interfaces import IClaims
from oidc_pyramid.plugins import plugin


@plugin(IClaims)
class PhoneClaims:
    """The number, and whether it was confirmed."""

    name = "phone"
    supplies = ("phone_number", "phone_number_verified")

    def __call__(self, account: Any) -> dict[str, object]:
        """Nothing where there is no number."""
        number = getattr(account, "phone_number", None)
        if not number:
            return {}
        verified = bool(getattr(account, "phone_number_verified", False))
        return {"phone_number": number, "phone_number_verified": verified}
