"""The checks of an ID Token, in the order of Core §3.1.3.7.

Written against the specification and jwcrypto, not with the provider's own code: it would find
what the provider does wrong.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.entry import Check, Jwt
from oidc_pyramid.playground.jwt import ASYMMETRIC, key_for, shown, signature_good

SPEC = "Core §3.1.3.7"
LEEWAY = 60
OLDEST = 600


@dataclass(frozen=True, slots=True)
class Expected:
    """What the client knows."""

    issuer: str
    client_id: str
    nonce: str
    now: int
    access_token: str = ""
    max_age: str = ""
    algs: tuple[str, ...] = ("RS256",)
    keys: list[Any] = field(default_factory=list)


def checks(token: Jwt, expected: Expected) -> tuple[Check, ...]:
    """All of them, also after one has failed: a playground wants to see."""
    return tuple(_checks(token, expected))


def _checks(token: Jwt, expected: Expected) -> Iterator[Check]:
    claims = token.claims
    yield _algorithm(token, expected)
    yield signature(token, expected)
    yield Check(
        _("iss is the provider that we asked"),
        claims.get("iss") == expected.issuer,
        _said(claims, "iss"),
        SPEC,
    )
    yield _subject(claims)
    yield audience(claims, expected)
    yield _party(claims, expected)
    yield _not_expired(claims, expected)
    yield _recent(claims, expected)
    yield _nonce(claims, expected)
    yield _access_token(token, expected)
    yield _max_age(claims, expected)


def _algorithm(token: Jwt, expected: Expected) -> Check:
    alg = token.header.get("alg")
    good = alg in ASYMMETRIC and alg in expected.algs
    name = _("alg is one that the provider announces, and not none")
    return Check(name, good, str(alg), "RFC 8725 §3.1")


def signature(token: Jwt, expected: Expected) -> Check:
    """By the key that ``kid`` names in the provider's JWKS."""
    name = _("The signature is good, with the key of that kid")
    kid = token.header.get("kid")
    key = key_for(expected.keys, kid)
    if key is None:
        return Check(name, False, _("no key ${kid}", mapping={"kid": str(kid)}), SPEC)
    good = signature_good(".".join(token.parts), key, token.header.get("alg"))
    return Check(name, good, str(kid), SPEC)


def audience(claims: dict[str, Any], expected: Expected) -> Check:
    """The token is for us."""
    found = claims.get("aud")
    everyone = found if isinstance(found, list) else [found]
    name = _("aud is our client_id")
    return Check(name, expected.client_id in everyone, _said(claims, "aud"), SPEC)


def _subject(claims: dict[str, Any]) -> Check:
    """Somebody has signed in: 255 ASCII characters at most."""
    sub = claims.get("sub")
    good = isinstance(sub, str) and sub.isascii() and 0 < len(sub) <= 255
    return Check(_("sub says who signed in"), good, _said(claims, "sub"), "Core §2")


def _party(claims: dict[str, Any], expected: Expected) -> Check:
    name = _("azp, if there is one, is our client_id")
    found = claims.get("azp")
    if found is None:
        several = isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1
        return Check(name, False if several else None, _("not sent"), SPEC)
    return Check(name, found == expected.client_id, str(found), SPEC)


def _not_expired(claims: dict[str, Any], expected: Expected) -> Check:
    exp = claims.get("exp")
    good = _number(exp) and expected.now < exp + LEEWAY
    left = exp - expected.now if _number(exp) else 0
    detail = _("${count} seconds from now", mapping={"count": left})
    return Check(_("exp: it has not expired"), good, detail, SPEC)


def _recent(claims: dict[str, Any], expected: Expected) -> Check:
    iat = claims.get("iat")
    good = _number(iat) and -LEEWAY <= expected.now - iat <= OLDEST
    detail = _("${count} seconds ago", mapping={"count": expected.now - iat if _number(iat) else 0})
    return Check(_("iat: it was issued just now"), good, detail, SPEC)


def _nonce(claims: dict[str, Any], expected: Expected) -> Check:
    name = _("nonce is the one that we sent")
    return Check(name, claims.get("nonce") == expected.nonce, _said(claims, "nonce"), SPEC)


def _access_token(token: Jwt, expected: Expected) -> Check:
    """OPTIONAL in the code flow (Core §3.1.3.8)."""
    name = _("at_hash fits the access token")
    spec = "Core §3.1.3.8"
    said = token.claims.get("at_hash")
    if said is None:
        return Check(name, None, _("not sent"), spec)
    good = said == half_hash(str(token.header.get("alg")), expected.access_token)
    return Check(name, good, str(said), spec)


def half_hash(alg: str, value: str) -> str:
    """The left half of the hash that the algorithm uses (Core §3.1.3.6)."""
    sizes = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
    digest = sizes.get(alg[-3:], hashlib.sha512)(value.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _max_age(claims: dict[str, Any], expected: Expected) -> Check:
    name = _("auth_time is recent enough for max_age")
    if not expected.max_age.isdecimal():
        return Check(name, None, _("max_age was not sent"), SPEC)
    since = claims.get("auth_time")
    good = _number(since) and expected.now - since <= int(expected.max_age[:9]) + LEEWAY
    return Check(name, good, _said(claims, "auth_time"), SPEC)


def _said(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return _("not sent") if value is None else shown(name, value)


def _number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
