"""``none``: only whether the person agrees (Multiple Response Types §4)."""

from __future__ import annotations

from collections.abc import Mapping

from oidc_pyramid.decision import Decision
from oidc_pyramid.interfaces import IResponseType
from oidc_pyramid.plugins import plugin


@plugin(IResponseType)
class NoneType:
    """Nothing is issued; ``state`` and ``iss`` say that it was a yes."""

    name = "none"
    order = 0
    default_mode = "query"

    def issue(self, decision: Decision, issued: Mapping[str, str]) -> dict[str, str]:
        """No parameters."""
        return {}
