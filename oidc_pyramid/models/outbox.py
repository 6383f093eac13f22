"""What clients still have to be told: written with the sign-out, sent after its commit."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from persistent import Persistent

from oidc_pyramid.models.shards import Shards

FIRST_PAUSE = 30
LONGEST_PAUSE = 3600


class LogoutMessage(Persistent):
    """One client, one session (Back-Channel Logout §2.5). ``next_at`` is also a lease: whoever
    raises it may send."""

    id: str = ""
    client_id: str = ""
    subject: str = ""
    sid: str = ""
    created_at: int = 0
    next_at: int = 0
    attempts: int = 0

    def __init__(self, client_id: str, *, subject: str, sid: str, now: int) -> None:
        self.id = secrets.token_hex(16)
        self.client_id = client_id
        self.subject = subject
        self.sid = sid
        self.created_at = self.next_at = now

    def lease(self, *, now: int) -> None:
        """Take it for the time of one attempt, and back off twice as long as before."""
        self.next_at = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2**self.attempts)
        self.attempts += 1


class Outbox(Persistent):
    """All messages that were not delivered yet, spread over 256 trees."""

    def __init__(self) -> None:
        self._data = Shards()

    def add(self, message: LogoutMessage) -> None:
        """To be sent after the commit."""
        self._data.insert(message.id, message)

    def get(self, message_id: str) -> LogoutMessage | None:
        """None once it was delivered or given up."""
        found: LogoutMessage | None = self._data.get(message_id)
        return found

    def due(self, *, now: int) -> Iterator[LogoutMessage]:
        """What may be tried now."""
        return (m for _, m in self._data.items() if m.next_at <= now)

    def remove(self, message: LogoutMessage) -> None:
        """Delivered, or given up."""
        self._data.remove(message.id)

    def tree(self) -> Shards:
        """For who examines the database."""
        return self._data

    def __len__(self) -> int:
        return len(self._data)
