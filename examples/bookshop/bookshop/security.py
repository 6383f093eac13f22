"""The shop's security policy: the session says who is signed in."""

from __future__ import annotations

from typing import Any

from pyramid.authentication import SessionAuthenticationHelper


class Policy:
    """Whoever is signed in may see the shop's pages."""

    def __init__(self) -> None:
        self._helper = SessionAuthenticationHelper()

    def identity(self, request: Any) -> Any:
        """The reader, while the account is open."""
        userid = self._helper.authenticated_userid(request)
        return None if userid is None else request.readers.get(userid)

    def authenticated_userid(self, request: Any) -> str | None:
        """The primary key as text; it is also the account's id for the provider."""
        reader = self.identity(request)
        return None if reader is None else str(reader.id)

    def permits(self, request: Any, context: Any, permission: str) -> bool:
        """One permission is enough for a small shop."""
        return self.identity(request) is not None

    def remember(self, request: Any, userid: str, **kw: Any) -> Any:
        """In a fresh session."""
        request.session.invalidate()
        return self._helper.remember(request, userid, **kw)

    def forget(self, request: Any, **kw: Any) -> Any:
        """The provider calls this too: for prompt=login, and at a sign-out."""
        return self._helper.forget(request, **kw)
