"""What the shop adds to the provider: a scope, its claim, a client for development."""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from oidc_pyramid.interfaces import IClaims


@implementer(IClaims)
class BooksClaims:
    """``scope=books``: how many books somebody has at home."""

    name = "books"
    supplies = ("books_borrowed",)

    def __call__(self, account: Any) -> dict[str, object]:
        """Off the shop's own row."""
        return {"books_borrowed": account.borrowed}


def development_clients(issuer: str) -> list[dict[str, Any]]:
    """Seeded once, in development alone."""
    return [
        {
            "client_id": "shelf-reader",
            "client_secret": "shelf-reader-secret-for-development",
            "client_name": "Shelf reader",
            "redirect_uris": ["http://localhost:8000/callback"],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": "openid profile email books",
        }
    ]


def includeme(config: Any) -> None:
    """Named in ``oidc.include``."""
    config.add_oidc_scope("books", "Your shelf", "See how many books you have at home.", "home")
    config.add_oidc_claims(BooksClaims())
