"""How the playground's client proves who it is at the provider's endpoints."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus

from oidc_pyramid.playground.clients import SECRET
from oidc_pyramid.playground.exchange import Sent
from oidc_pyramid.playground.options import Options


def credentials(options: Options) -> tuple[tuple[Sent, ...], tuple[Sent, ...]]:
    """Fields and headers. A client without a secret says who it is, and proves nothing.

    Both halves of Basic are form-urlencoded first (RFC 6749 §2.3.1).
    """
    if options.public:
        return (Sent("client_id", options.client_id),), ()
    pair = f"{quote_plus(options.client_id)}:{quote_plus(SECRET)}"
    value = "Basic " + base64.b64encode(pair.encode()).decode()
    return (), (Sent("Authorization", value, secret=True, plain=pair),)


def bearer(token: str) -> Sent:
    """RFC 6750 §2.1."""
    return Sent("Authorization", f"Bearer {token}")
