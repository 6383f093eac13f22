"""Password hashing: argon2id behind a semaphore, so that a login storm can't exhaust memory."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from oidc_pyramid.protocol.errors import TemporarilyUnavailable
from oidc_pyramid.settings import Settings


class Passwords:
    """Hash and verify with the deployment's parameters.

    An unknown name costs a verification too, against a hash made with the current parameters.
    """

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.password_hash_time,
            memory_cost=settings.password_hash_memory,
            parallelism=settings.password_hash_parallelism,
        )
        self._slots = threading.BoundedSemaphore(settings.password_hash_concurrency)
        self._wait = settings.password_hash_wait
        self._max_bytes = settings.password_max_length
        self._decoy = self._hasher.hash("a password that nobody has")

    def hash(self, password: str) -> str:
        """Raises ``ValueError`` for a password that is too long."""
        prepared = prepare(password, self._max_bytes)
        with self._slot():
            return self._hasher.hash(prepared)

    def verify(self, hashed: str | None, password: str) -> bool:
        """The same work whether there is a hash or not."""
        try:
            prepared = prepare(password, self._max_bytes)
        except ValueError:
            hashed, prepared = None, b"too long"
        with self._slot():
            try:
                self._hasher.verify(hashed or self._decoy, prepared)
            except (VerificationError, InvalidHashError):
                return False
        return hashed is not None

    def outdated(self, hashed: str) -> bool:
        """True when the parameters have changed since: hash again while the password is known."""
        return self._hasher.check_needs_rehash(hashed)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._wait):
            msg = "too many people are signing in at this moment"
            raise TemporarilyUnavailable(msg, check="password-hash-slot")
        try:
            yield
        finally:
            self._slots.release()


def prepare(password: str, max_bytes: int) -> bytes:
    """NFC, so that one password is one byte string (RFC 8265 §4.2); never cut short."""
    encoded = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    if len(encoded) > max_bytes:
        msg = f"a password has at most {max_bytes} bytes"
        raise ValueError(msg)
    return encoded
