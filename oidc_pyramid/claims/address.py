"""``scope=address`` (Core §5.1.1, §5.4)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.interfaces import IClaims
from oidc_pyramid.plugins import plugin

PARTS = ("formatted", "street_address", "locality", "region", "postal_code", "country")


@plugin(IClaims)
class AddressClaims:
    """One claim with parts; ``formatted`` is made from the others where it is not set."""

    name = "address"
    supplies = ("address",)

    def __call__(self, account: Any) -> dict[str, object]:
        """The parts that have a value."""
        parts = {part: getattr(account, f"address_{part}", None) for part in PARTS}
        if not parts["formatted"]:
            parts["formatted"] = "\n".join(str(v) for v in parts.values() if v)
        return {"address": parts}
