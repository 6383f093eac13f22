"""Proof Key for Code Exchange with ``S256``, the only method worth having (RFC 7636)."""

from __future__ import annotations

import hashlib
import hmac
import re

from oidc_pyramid.protocol import base64url

METHOD = "S256"

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def check_challenge(challenge: str | None, method: str | None) -> None:
    """Refuse with ``ValueError`` what no S256 verifier could answer (RFC 7636 §4.3, §4.4.1)."""
    if challenge is None:
        raise ValueError("code_challenge is missing")
    if method is None:
        raise ValueError("code_challenge_method is missing; its default, plain, is not supported")
    if method != METHOD:
        raise ValueError("code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(challenge):
        raise ValueError("code_challenge must be 43 characters of base64url")


def verify(verifier: str, challenge: str) -> bool:
    """Is this the verifier behind the challenge (RFC 7636 §4.6)?"""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(base64url.encode(digest).encode(), challenge.encode())
