"""What other applications may read with an access token of this provider."""

from __future__ import annotations

from typing import Any


def books(request: Any) -> dict[str, Any]:
    """The shelf of the person who agreed, or for a client of its own the shop's figures."""
    token = request.oidc_token
    if token.account is None:
        return {"client": token.client_id, "titles_in_stock": 2}
    return {"reader": token.account.name, "borrowed": token.account.borrowed}


def includeme(config: Any) -> None:
    """401 without a token, 403 without the scope: RFC 6750. No cookie counts, so no CSRF."""
    config.add_route("books", "/api/books")
    config.add_view(
        books, route_name="books", renderer="json", oidc_scopes=("books",), require_csrf=False
    )
