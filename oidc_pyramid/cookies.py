"""Our cookies: ``__Host-``, Secure, HttpOnly, SameSite=Lax; the plain name on http loopback only.

They are collected on the request and put on the response inside the transaction, so that an
answer whose commit fails sets nothing.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from webob.cookies import make_cookie

from oidc_pyramid.settings import Settings

_VALUE = re.compile(r"[A-Za-z0-9_-]{1,2048}")


class Cookies:
    """Read and set the cookies of one request."""

    def __init__(self, request: Any, settings: Settings) -> None:
        self._header = request.environ.get("HTTP_COOKIE", "")
        issuer = urlsplit(settings.issuer)
        self._secure = issuer.scheme == "https"
        stem = settings.cookie_name
        path = issuer.path.strip("/")
        self._stem = f"{stem}_{sha256(path.encode()).hexdigest()[:6]}" if path else stem
        self._set: dict[str, str] = {}
        self._fresh: dict[str, str] = {}

    def name(self, purpose: str) -> str:
        """``__Host-oidc_session`` and the like (RFC 6265bis §4.1.3.2)."""
        plain = f"{self._stem}_{purpose}"
        return f"__Host-{plain}" if self._secure else plain

    def get(self, purpose: str) -> str | None:
        """The value; a name that comes twice, or an odd value, is as good as no cookie."""
        if purpose in self._fresh:
            return self._fresh[purpose] or None
        name = self.name(purpose)
        found = []
        for pair in self._header.split(";"):
            key, equals, value = pair.strip().partition("=")
            if key == name and equals:
                found.append(value)
        return found[0] if len(found) == 1 and _VALUE.fullmatch(found[0]) else None

    def set(
        self, purpose: str, value: str, *, max_age: int | None = None, readable: bool = False
    ) -> None:
        """To be sent with the answer; ``max_age`` in seconds, None for as long as the browser.

        ``readable`` ones hold no secret: scripts read them, also in a frame of another site.
        """
        self._fresh[purpose] = value
        self._set[purpose] = make_cookie(
            self.name(purpose),
            value,
            max_age=max_age,
            path="/",
            secure=self._secure,
            httponly=not readable,
            samesite="None" if readable and self._secure else "Lax",
        )

    def delete(self, purpose: str, *, readable: bool = False) -> None:
        """Tell the browser to forget it."""
        self.set(purpose, "", max_age=0, readable=readable)

    def apply(self, response: Any) -> None:
        """Put what was set on the response."""
        response.headerlist.extend(("Set-Cookie", cookie) for cookie in self._set.values())
