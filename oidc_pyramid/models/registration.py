"""Initial access tokens: who may register a client, and how many (RFC 7591 §3)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from persistent import Persistent

from oidc_pyramid.models.shards import Expiring, Shards


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


class RegistrationToken(Persistent):
    """One initial access token: ``uses_left`` is written by each registration, so that two at
    once conflict and the quota holds."""

    key: str = ""
    label: str = ""
    owner: str = ""
    uses_left: int = 0
    created_at: int = 0
    expires_at: int = 0

    def __init__(
        self, token: str, *, now: int, expires_at: int, uses: int, label: str = "", owner: str = ""
    ) -> None:
        self.key = digest(token)
        self.created_at = now
        self.expires_at = expires_at
        self.uses_left = uses
        self.label = label
        self.owner = owner

    def good(self, *, now: int) -> bool:
        """Not expired, not used up."""
        return self.uses_left > 0 and now < self.expires_at

    @property
    def until(self) -> int:
        """When it may be forgotten."""
        return self.expires_at

    def use(self) -> None:
        """One registration less."""
        self.uses_left -= 1


class RegistrationTokens(Persistent):
    """All of them, by digest."""

    def __init__(self) -> None:
        self._data = Expiring()

    def get(self, token: str) -> RegistrationToken | None:
        """By the token itself."""
        found: RegistrationToken | None = self._data.get(digest(token))
        return found

    def add(self, token: RegistrationToken) -> None:
        """A new one."""
        self._data.insert(token.key, token, look_at=token.expires_at)

    def remove(self, token: RegistrationToken) -> None:
        """Taken back."""
        self._data.remove(token.key)

    def __iter__(self) -> Iterator[RegistrationToken]:
        return (token for _, token in self._data.items())

    def tree(self) -> Shards:
        """For the sweep."""
        return self._data
