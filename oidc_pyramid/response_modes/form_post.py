"""``form_post``: a page whose form posts itself to the redirect URI (Form Post Response Mode)."""

from __future__ import annotations

from collections.abc import Sequence

from oidc_pyramid.interfaces import IResponseMode
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.outcomes import Reply, Transport


@plugin(IResponseMode)
class FormPost:
    """One form, one action, no script of ours in it; a button where there is no script."""

    name = "form_post"
    carries_tokens = True

    def deliver(self, reply: Reply, fields: Sequence[tuple[str, str]]) -> Transport:
        """Form Post Response Mode §2."""
        return Transport(action=reply.redirect_uri, fields=tuple(fields))
