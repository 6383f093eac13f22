"""The headers that every answer of ours carries."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from oidc_pyramid.settings import Settings

HSTS = "max-age=63072000"  # a host decides about its subdomains
CACHING = ("cache-control", "pragma")
PERMISSIONS = "camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self)"


def content_security_policy(
    *, images: Iterable[str] = (), form_action: str | None = None, frames: Iterable[str] = ()
) -> str:
    """No inline anything. ``form-action`` only where the form's whole journey is known:
    browsers apply it to redirects too, and a sign-in ends at the client."""
    parts = [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        " ".join(("img-src 'self' data:", *images)),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    if frames:
        parts.append(" ".join(("frame-src", *frames)))
    if form_action is not None:
        parts.append(f"form-action {form_action}")
    return "; ".join(parts)


def secure(
    response: Any,
    settings: Settings,
    *,
    cacheable: bool,
    framed: bool = False,
    popup: bool = False,
) -> None:
    """Set what is not set yet (RFC 9700 §4.2, §4.16; RFC 6749 §5.1).

    A page in a client's window must not cut that window off from the client.
    """
    headers = response.headerlist
    if not cacheable:
        headers[:] = (pair for pair in headers if pair[0].lower() not in CACHING)
    there = {name.lower() for name, _value in headers}
    fixed = _fixed(
        framed=framed,
        popup=popup,
        cacheable=cacheable,
        encrypted=settings.issuer.startswith("https:"),
    )
    headers.extend(pair for pair in fixed if pair[0].lower() not in there)


@lru_cache
def _fixed(
    *, framed: bool, popup: bool, cacheable: bool, encrypted: bool
) -> tuple[tuple[str, str], ...]:
    fixed = {
        "Content-Security-Policy": content_security_policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": PERMISSIONS,
    }
    if not framed:
        fixed |= {"X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin"}
    if not (framed or popup):
        fixed["Cross-Origin-Opener-Policy"] = "same-origin"
    if not cacheable:
        fixed |= {"Cache-Control": "no-store", "Pragma": "no-cache"}
    if encrypted:
        fixed["Strict-Transport-Security"] = HSTS
    return tuple(fixed.items())
