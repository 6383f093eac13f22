"""``code``: for the token endpoint (RFC 6749 §4.1.2)."""

from __future__ import annotations

from collections.abc import Mapping

from oidc_pyramid.decision import Decision
from oidc_pyramid.interfaces import IResponseType
from oidc_pyramid.plugins import plugin


@plugin(IResponseType)
class CodeType:
    """A sealed code; nothing is written."""

    name = "code"
    order = 10
    default_mode = "query"

    def issue(self, decision: Decision, issued: Mapping[str, str]) -> dict[str, str]:
        """``code``."""
        return {"code": decision.code()}
