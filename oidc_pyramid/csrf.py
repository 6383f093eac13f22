"""Forms that only our own pages can send: a token bound to this browser, and an origin check."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from oidc_pyramid.protocol import base64url
from oidc_pyramid.protocol.errors import PageError

SPEC = "RFC 6749 §10.12"


def token(key: bytes, browser: str, *about: str) -> str:
    """For one browser (a cookie's value) and one form: ``about`` is all that it decides."""
    message = "\0".join((sha256(browser.encode()).hexdigest(), *about))
    return base64url.encode(hmac.new(key, message.encode("utf-8", "replace"), sha256).digest())


def check(request: Any, expected: str, sent: str | None) -> None:
    """Raises ``PageError`` unless the form came from our page, in this browser."""
    if not from_own_origin(request):
        raise PageError(
            "This form did not come from one of our pages.",
            check="form-origin",
            spec=SPEC,
            fix="Browsers say where a form comes from, in Sec-Fetch-Site or Origin: a proxy has to "
            "pass them on, and a script has to send Origin with the origin of the issuer.",
            private=_claimed(request),
        )
    if not hmac.compare_digest(expected.encode(), (sent or "").encode("utf-8", "replace")):
        raise PageError(
            "This form is out of date. Go back and try again.", check="form-token", spec=SPEC
        )


def _claimed(request: Any) -> str:
    """What it said of where it comes from."""
    sent = {name: request.headers.get(name) for name in ("Sec-Fetch-Site", "Origin", "Referer")}
    said = (f"{name}: {value[:200]!r}" for name, value in sent.items() if value)
    return ", ".join(said) or "neither Sec-Fetch-Site nor Origin nor Referer was sent"


def from_own_origin(request: Any) -> bool:
    """By ``Sec-Fetch-Site``, else ``Origin``, else ``Referer``; with none of them, no.

    Our pages send no referrer, so browsers say ``Origin: null``; ``Sec-Fetch-Site`` decides.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return bool(site == "same-origin")
    claimed = request.headers.get("Origin") or request.headers.get("Referer")
    if not claimed:
        return False
    issuer = urlsplit(request.oidc.settings.issuer)
    try:
        parts = urlsplit(claimed)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == (issuer.scheme, issuer.netloc)
