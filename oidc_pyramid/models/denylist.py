"""Single access tokens that were revoked before they expired, and other used-up ids."""

from __future__ import annotations

from persistent import Persistent

from oidc_pyramid.models.shards import Shards


class Denylist(Persistent):
    """Id to expiry (seconds). An entry is needed no longer than what it denies would live."""

    def __init__(self) -> None:
        self._data = Shards()

    def deny(self, token_id: str, expires_at: int) -> None:
        """Idempotent."""
        if token_id not in self._data:
            self._data.insert(token_id, expires_at)

    def __contains__(self, token_id: str) -> bool:
        return token_id in self._data

    def tree(self) -> Shards:
        """For the sweep."""
        return self._data
