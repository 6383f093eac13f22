"""``query``: in the query of the redirect URI; never a token (Multiple Response Types §2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from oidc_pyramid.interfaces import IResponseMode
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.outcomes import Reply, Transport
from oidc_pyramid.protocol.redirect_uri import append


@plugin(IResponseMode)
class Query:
    """A redirect; the registered query stays as it is."""

    name = "query"
    carries_tokens = False

    def deliver(self, reply: Reply, fields: Sequence[tuple[str, str]]) -> Transport:
        """RFC 6749 §4.1.2."""
        return Transport(location=append(reply.redirect_uri, fields, fragment=False))
