"""Scripts of other origins: public documents for all, tokens for the client's own origins.

Never with credentials, never at the pages (RFC 9700 §2.6, RFC 10017).
"""

from __future__ import annotations

from typing import Any

from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.redirect_uri import origin_of

ALLOW_HEADERS = "Authorization, Content-Type, DPoP"
EXPOSE_HEADERS = "WWW-Authenticate, DPoP-Nonce, Retry-After"


def origins(client: Client) -> frozenset[str]:
    """The web origins that a client has registered by its redirect URIs."""
    found = (origin_of(uri) for uri in client.redirect_uris)
    return frozenset(origin for origin in found if origin is not None)


def preflight(response: Any, methods: tuple[str, ...]) -> None:
    """The client is not known yet, and nothing is told: any origin may ask, without credentials."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
    response.headers["Access-Control-Allow-Headers"] = ALLOW_HEADERS
    response.headers["Access-Control-Max-Age"] = "3600"


def answer(request: Any, response: Any, kind: str) -> None:
    """Let the asking script read the answer, where it may."""
    if kind == "public" and request.oidc.settings.cors_public:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return
    response.headerlist.append(("Vary", "Origin"))  # beside any other (RFC 9110 §12.5.5)
    origin = request.environ.get("HTTP_ORIGIN")
    client = request.oidc.cors_client
    anybody = request.oidc.cors_anybody and request.oidc.settings.cors_public
    its = origin is not None and client is not None and origin in origins(client)
    if kind == "client" and (anybody or its):
        response.headers["Access-Control-Allow-Origin"] = "*" if anybody else origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSE_HEADERS
