"""New tokens without the person (RFC 6749 §6, Core §12)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.i18n import _
from oidc_pyramid.playground import id_token
from oidc_pyramid.playground.client import credentials
from oidc_pyramid.playground.entry import Change, Check, Entry, Jwt
from oidc_pyramid.playground.errors import trouble_of
from oidc_pyramid.playground.exchange import Exchange, Sent
from oidc_pyramid.playground.jwt import shown, take_apart
from oidc_pyramid.playground.runs import Run
from oidc_pyramid.playground.tokens import expected, keep
from oidc_pyramid.playground.wire import Wire

LEAD = _(
    "The access token lives for minutes. The refresh token brings the next one while the person is "
    "away, and is replaced each time: one that comes twice was stolen."
)
SPEC = "Core §12.2"
SAME = ("iss", "sub", "aud", "auth_time")
SHORT = 28


def refresh(run: Run, wire: Wire, issuer: str, now: int) -> None:
    """Send the refresh token, show what has changed."""
    before = (run.access_token, run.refresh_token, run.claims)
    fields, headers = credentials(run.options)
    form = (
        Sent("grant_type", "refresh_token"),
        Sent("refresh_token", run.refresh_token),
        *fields,
    )
    exchange = wire.post(str(run.metadata["token_endpoint"]), form, *headers)
    answer = (exchange.json or {}) if exchange.ok else {}
    keep(run, answer)
    jwt: Jwt | None = None
    exchanges: tuple[Exchange, ...] = (exchange,)
    checks: tuple[Check, ...] = ()
    if isinstance(answer.get("id_token"), str):
        keys = wire.get(str(run.metadata["jwks_uri"]))
        exchanges, jwt = (exchange, keys), take_apart(run.id_token)
        checks = _checks(jwt, run, keys, issuer, now)
        run.claims = jwt.claims if jwt else run.claims
    entry = Entry(
        "refresh",
        _("Refresh"),
        LEAD,
        exchanges=exchanges,
        checks=checks,
        jwt=jwt,
        changes=changes(before, run) if exchange.ok else (),
        trouble=trouble_of(exchange.json),
    )
    run.add(entry)


def _checks(jwt: Jwt | None, run: Run, keys: Exchange, issuer: str, now: int) -> tuple[Check, ...]:
    """The new ID Token speaks of the same sign-in (Core §12.2)."""
    if jwt is None:
        return (Check(_("The ID Token is a JWT"), False, "", "RFC 7519 §7.2"),)
    found = [id_token.signature(jwt, expected(run, keys, issuer, now))]
    for name in SAME:
        if name in run.claims or name in jwt.claims:
            text = _("${name} is the same as before", mapping={"name": name})
            value = jwt.claims.get(name)
            found.append(Check(text, value == run.claims.get(name), shown(name, value), SPEC))
    nonce = jwt.claims.get("nonce")
    if nonce is not None:
        found.append(Check(_("nonce is the one that we sent"), nonce == run.nonce, nonce, SPEC))
    return tuple(found)


def changes(before: tuple[str, str, dict[str, Any]], run: Run) -> tuple[Change, ...]:
    """Token by token, then the times of the ID Token."""
    access, refresh_token, claims = before
    rows = [
        _change("access_token", access, run.access_token),
        _change("refresh_token", refresh_token, run.refresh_token),
    ]
    for name in ("iat", "exp", "auth_time"):
        if name in claims:
            old, new = (shown(name, one.get(name)) for one in (claims, run.claims))
            rows.append(_change(f"id_token: {name}", old, new, short=False))
    return tuple(rows)


def _change(name: str, before: str, after: str, *, short: bool = True) -> Change:
    comment = _("the same") if before == after else _("new")
    if short:
        before, after = abridged(before), abridged(after)
    return Change(name, before, after, comment)


def abridged(token: str) -> str:
    """Enough of a token to tell it from another: the end, where they differ."""
    return token if len(token) <= SHORT else f"{token[:8]}…{token[-12:]}"
