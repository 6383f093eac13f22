"""The claims of a Logout Token (Back-Channel Logout §2.4)."""

from __future__ import annotations

TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME = 120


def logout_token_claims(
    issuer: str, client_id: str, *, subject: str, sid: str, token_id: str, now: int
) -> dict[str, object]:
    """Never a ``nonce``; ``sub`` and ``sid`` both where both are known, so that either kind of
    client finds its session."""
    claims: dict[str, object] = {
        "iss": issuer,
        "aud": client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": token_id,
        "events": {EVENT: {}},
    }
    if subject:
        claims["sub"] = subject
    if sid:
        claims["sid"] = sid
    return claims
