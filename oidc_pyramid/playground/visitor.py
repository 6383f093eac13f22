"""Who clicks: a random cookie, and form tokens that belong to it."""

from __future__ import annotations

import hmac
import re
import secrets
from hashlib import sha256
from typing import Any

COOKIE = "playground"
_VALUE = re.compile(r"[A-Za-z0-9_-]{32}")


class Visitor:
    """One browser. The cookie is set with the first page."""

    def __init__(self, request: Any, *, secure: bool, key: bytes) -> None:
        self._secure = secure
        self._key = key
        known = request.cookies.get(self.cookie_name, "")
        self._new = not _VALUE.fullmatch(known)
        self.id = secrets.token_urlsafe(24) if self._new else known

    @property
    def cookie_name(self) -> str:
        """``__Host-`` (RFC 6265bis §4.1.3.2), but for http on this machine."""
        return f"__Host-{COOKIE}" if self._secure else COOKIE

    @property
    def csrf_token(self) -> str:
        """For the playground's forms in this browser, from this process."""
        return hmac.new(self._key, self.id.encode(), sha256).hexdigest()

    def sent(self, token: str) -> bool:
        """Whether a form came from one of our pages in this browser."""
        return hmac.compare_digest(self.csrf_token.encode(), token.encode("utf-8", "replace"))

    def remember(self, response: Any) -> None:
        """Set the cookie, once."""
        if self._new:
            response.set_cookie(
                self.cookie_name,
                self.id,
                path="/",
                secure=self._secure,
                httponly=True,
                samesite="Lax",
            )
