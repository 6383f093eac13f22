"""The compact serialization of a JWT, read strictly and not believed yet (RFC 7515 §7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oidc_pyramid.protocol import base64url, strict_json

LONGEST = 16_384

_PARTS = 3


class JoseError(ValueError):
    """The token or key is refused; the text is for the log, not for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says before anybody has looked at its signature."""

    header: Mapping[str, object]
    claims: Mapping[str, object]
    signature: bytes

    @property
    def alg(self) -> str:
        """The algorithm that the sender names; the reader decides which are good."""
        return str(self.header["alg"])

    @property
    def kid(self) -> str | None:
        """The name of a key: an index into the keys that we already have, and nothing else."""
        kid = self.header.get("kid")
        return None if kid is None else str(kid)


def parse(token: str) -> Unverified:
    """Three canonical parts, a header and claims without repeated members; or ``JoseError``."""
    if len(token) > LONGEST:
        raise JoseError(f"the token is longer than {LONGEST} characters")
    parts = token.split(".", _PARTS)
    if len(parts) != _PARTS:
        raise JoseError("a compact JWS has three parts")
    try:
        header, claims, signature = map(base64url.decode, parts)
        return Unverified(_checked_header(_object(header)), _object(claims), signature)
    except JoseError:
        raise
    except ValueError as error:
        raise JoseError(f"malformed token: {error}") from error


def _object(data: bytes) -> dict[str, object]:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise JoseError("header and claims of a JWT are JSON objects")
    return value


def _checked_header(header: dict[str, object]) -> dict[str, object]:
    """No extension that we would have to understand (RFC 7515 §4.1.11, RFC 7797)."""
    if not isinstance(header.get("alg"), str):
        raise JoseError("alg is missing or not a text")
    for name in ("kid", "typ", "cty"):
        if name in header and not isinstance(header[name], str):
            raise JoseError(f"{name} is not a text")
    for name in ("crit", "b64", "enc", "zip"):
        if name in header:
            raise JoseError(f"a header with {name} is not supported")
    return header
