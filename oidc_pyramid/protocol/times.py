"""The time claims of a JWT, whatever their sender put there (RFC 7519 §4.1.4 to §4.1.6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from oidc_pyramid.protocol.compact import JoseError

LATEST = 2**53


def check_times(
    claims: Mapping[str, object],
    now: int,
    *,
    leeway: int = 0,
    require: Collection[str] = ("exp",),
) -> None:
    """``JoseError`` unless the token is valid now; ``leeway`` forgives clocks that differ."""
    for name in require:
        if name not in claims:
            raise JoseError(f"{name} is missing")
    expires, begins, issued = (_seconds(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is not None and expires + leeway <= now:
        raise JoseError("the token has expired")
    if begins is not None and begins > now + leeway:
        raise JoseError("the token is not valid yet")
    if issued is not None and issued > now + leeway:
        raise JoseError("the token was issued in the future")


def _seconds(claims: Mapping[str, object], name: str) -> int | float | None:
    """A NumericDate, which JSON lets be a fraction; never a boolean or a text (RFC 7519 §2)."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise JoseError(f"{name} is not a number of seconds")
    if not 0 <= value < LATEST:  # NaN is in no range
        raise JoseError(f"{name} is out of range")
    return value
