"""The playground's two clients, as documents with the names of RFC 7591, for ``init`` to seed."""

from __future__ import annotations

from typing import Any

CONFIDENTIAL = "playground"
PUBLIC = "playground-public"
#: Everybody may know it: it is seeded in development alone, for an address on this machine.
SECRET = "playground-secret-for-development-only"
SCOPES = ("openid", "profile", "email", "phone", "address", "offline_access")


def documents(issuer: str) -> list[dict[str, Any]]:
    """A confidential client and one without a secret, like an application in the browser."""
    return [
        {
            **_both(issuer),
            "client_id": CONFIDENTIAL,
            "client_secret": SECRET,
            "client_name": "Playground",
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "token_endpoint_auth_method": "client_secret_basic",
        },
        {
            **_both(issuer),
            "client_id": PUBLIC,
            "client_name": "Playground without a secret",
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        },
    ]


def _both(issuer: str) -> dict[str, Any]:
    return {
        "application_type": "web",
        "client_uri": f"{issuer}/playground/",
        "post_logout_redirect_uris": [f"{issuer}/playground/"],
        "redirect_uris": [f"{issuer}/playground/callback"],
        "response_types": ["code"],
        "scope": " ".join(SCOPES),
    }
