"""The ring of signing keys: published ahead, used, kept for verification, gone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from persistent import Persistent

from oidc_pyramid.protocol.jose import public_part
from oidc_pyramid.protocol.wrap import Secrets, unwrap, wrap

NEXT, CURRENT, RETIRING, RETIRED = "next", "current", "retiring", "retired"
PUBLISHED = frozenset({NEXT, CURRENT, RETIRING})


class SigningKey(Persistent):
    """One key pair. The private part is wrapped; ``kid`` is never used again."""

    kid: str = ""
    alg: str = ""
    use: str = "sig"
    state: str = RETIRED
    public: str = ""
    private: bytes = b""
    created_at: int = 0
    activated_at: int = 0
    retired_at: int = 0
    remove_at: int = 0

    def __init__(self, jwk: Mapping[str, Any], secret: bytes, *, state: str, now: int) -> None:
        self.kid = str(jwk["kid"])
        self.alg = str(jwk["alg"])
        self.use = str(jwk.get("use", "sig"))
        self.state = state
        self.public = json.dumps(public_part(jwk))
        self.private = wrap(secret, f"key/{self.kid}", json.dumps(dict(jwk)).encode())
        self.created_at = now
        self.activated_at = now if state == CURRENT else 0

    @property
    def trusted(self) -> bool:
        """False for a key that was retired at once: whoever has stolen it signs with it."""
        return self.state != RETIRED or self.remove_at > self.retired_at

    def open(self, secret: Secrets) -> str:
        """The private JWK as JSON; raises ``ValueError`` with another secret."""
        return unwrap(secret, f"key/{self.kid}", self.private).decode()

    def rewrap(self, old: Secrets, new: bytes) -> None:
        """Change ``oidc.secret``; the private part of a retired key is gone already."""
        if self.private:
            self.private = wrap(new, f"key/{self.kid}", self.open(old).encode())

    def __repr__(self) -> str:
        return f"<SigningKey {self.kid} {self.alg} {self.state}>"


class KeyRing(Persistent):
    """All keys. At most one per algorithm is current, at most one is next."""

    keys: tuple[SigningKey, ...] = ()

    def add(self, key: SigningKey) -> SigningKey:
        """Raises ``ValueError`` for a kid that was ever used here."""
        if self.get(key.kid) is not None:
            msg = f"a key {key.kid} is here already"
            raise ValueError(msg)
        self.keys = (*self.keys, key)
        return key

    def get(self, kid: str) -> SigningKey | None:
        """By key id."""
        return next((key for key in self.keys if key.kid == kid), None)

    def published(self) -> Iterator[SigningKey]:
        """What the JWKS shows: next, current and retiring keys."""
        return (key for key in self.keys if key.state in PUBLISHED)

    def in_state(self, alg: str, state: str) -> SigningKey | None:
        """The key of an algorithm in that state."""
        return next((k for k in self.keys if k.alg == alg and k.state == state), None)

    def algs(self) -> tuple[str, ...]:
        """Algorithms that can be signed with now."""
        return tuple(k.alg for k in self.keys if k.state == CURRENT and k.use == "sig")

    def activate(self, key: SigningKey, *, now: int, keep: int) -> None:
        """Sign with *key*; the one before stays published for *keep* seconds."""
        before = self.in_state(key.alg, CURRENT)
        if before is not None and before is not key:
            self.retire(before, now=now, keep=keep)
        key.state = CURRENT
        key.activated_at = now

    def retire(self, key: SigningKey, *, now: int, keep: int) -> None:
        """Sign with it no more. With ``keep=0`` it leaves the JWKS at once (an emergency)."""
        key.state = RETIRING if keep else RETIRED
        key.retired_at = now
        key.remove_at = now + keep
        if not keep:
            key.private = b""

    def expire(self, *, now: int) -> list[SigningKey]:
        """Take retiring keys whose time is over out of the JWKS; returns them."""
        over = [k for k in self.keys if k.state == RETIRING and k.remove_at <= now]
        for key in over:
            key.state = RETIRED
            key.private = b""
        return over
