"""``fragment``: behind the ``#`` of the redirect URI (Multiple Response Types §2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from oidc_pyramid.interfaces import IResponseMode
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.outcomes import Reply, Transport
from oidc_pyramid.protocol.redirect_uri import append


@plugin(IResponseMode)
class Fragment:
    """A redirect; browsers keep the fragment to themselves."""

    name = "fragment"
    carries_tokens = True

    def deliver(self, reply: Reply, fields: Sequence[tuple[str, str]]) -> Transport:
        """RFC 6749 §4.2.2."""
        return Transport(location=append(reply.redirect_uri, fields, fragment=True))
