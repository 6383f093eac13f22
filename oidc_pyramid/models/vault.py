"""What must stay secret though it lies in the database: seal roots and salts, wrapped."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from persistent import Persistent

from oidc_pyramid.protocol.seal import new_root
from oidc_pyramid.protocol.wrap import Secrets, unwrap, wrap


@dataclass(frozen=True, slots=True)
class OpenVault:
    """The vault's content in memory: roots by key id, the current one, and the salts."""

    roots: dict[str, bytes] = field(repr=False)
    current: str
    pairwise_salt: bytes = field(repr=False)
    throttle_key: bytes = field(repr=False)


class Vault(Persistent):
    """Everything in it is wrapped under ``oidc.secret``; nothing is derived from that secret.

    ``roots`` are (key id, wrapped, retired_at or 0). The pairwise salt never changes: every
    pairwise ``sub`` rests on it.
    """

    roots: tuple[tuple[str, bytes, int], ...] = ()
    current: str = ""
    pairwise_salt: bytes = b""
    throttle_key: bytes = b""

    def __init__(self, secret: bytes) -> None:
        self.pairwise_salt = wrap(secret, "pairwise", secrets.token_bytes(32))
        self.throttle_key = wrap(secret, "throttle", secrets.token_bytes(32))
        self.add_root(secret)

    def add_root(self, secret: bytes, *, now: int = 0) -> str:
        """A new seal root; the older ones still open what they sealed."""
        kid, root = new_root()
        older = tuple((k, blob, retired or now) for k, blob, retired in self.roots)
        self.roots = (*older, (kid, wrap(secret, f"root/{kid}", root), 0))
        self.current = kid
        return kid

    def open(self, secret: Secrets) -> OpenVault:
        """Unwrap it; raises ``ValueError`` when *secret* is not what wrapped it."""
        return OpenVault(
            roots={kid: unwrap(secret, f"root/{kid}", blob) for kid, blob, _ in self.roots},
            current=self.current,
            pairwise_salt=unwrap(secret, "pairwise", self.pairwise_salt),
            throttle_key=unwrap(secret, "throttle", self.throttle_key),
        )

    def rewrap(self, old: Secrets, new: bytes) -> None:
        """Change ``oidc.secret``."""
        content = self.open(old)
        self.roots = tuple(
            (kid, wrap(new, f"root/{kid}", content.roots[kid]), retired)
            for kid, _, retired in self.roots
        )
        self.pairwise_salt = wrap(new, "pairwise", content.pairwise_salt)
        self.throttle_key = wrap(new, "throttle", content.throttle_key)
