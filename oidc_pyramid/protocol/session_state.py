"""``session_state``: lets a client notice a sign-out by itself (Session Management §3)."""

from __future__ import annotations

from hashlib import sha256


def session_state(client_id: str, origin: str, browser_state: str, salt: str) -> str:
    """The salted hash that the OP iframe computes too; it holds nothing else (§3.2)."""
    text = f"{client_id} {origin} {browser_state} {salt}"
    return f"{sha256(text.encode()).hexdigest()}.{salt}"
