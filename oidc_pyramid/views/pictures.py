"""Pictures of clients and people come from elsewhere: a page may load those that are on it.

The policy names their origins, https alone, page by page. There is no referrer, so that whoever keeps
the picture is not told which page shows it.
"""

from __future__ import annotations

from typing import Any

from oidc_pyramid.protocol.redirect_uri import origin_of
from oidc_pyramid.views.headers import content_security_policy


def with_pictures(response: Any, *cards: Any, form_action: str | None = None) -> Any:
    """Let this page load the pictures of these cards (None is no card), and no other."""
    response.headers["Content-Security-Policy"] = content_security_policy(
        images=origins_of(cards), form_action=form_action
    )
    return response


def origins_of(cards: tuple[Any, ...]) -> list[str]:
    """The https origins, each once."""
    uris = (getattr(card, name, None) for card in cards for name in ("logo_uri", "picture"))
    origins = {origin_of(uri) for uri in uris if uri}
    return sorted(origin for origin in origins if origin and origin.startswith("https://"))
