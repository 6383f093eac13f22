"""An error that a resource puts into WWW-Authenticate (RFC 6750 §3)."""

from __future__ import annotations

import re

from oidc_pyramid.playground.errors import Trouble, trouble_of
from oidc_pyramid.playground.exchange import Exchange

_PARAMETER = re.compile(r'([a-z_]+)="([^"\\]*)"')


def refusal(exchange: Exchange) -> Trouble | None:
    """The error of the challenge, if there is one."""
    for name, value in exchange.answer_headers:
        if name.lower() == "www-authenticate":
            return trouble_of(dict(_PARAMETER.findall(value)))
    return None
