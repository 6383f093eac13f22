"""Step 5: the code buys tokens, and the ID Token is checked (Core §3.1.3)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.client import credentials
from oidc_pyramid.playground.entry import Check, Entry, Jwt
from oidc_pyramid.playground.errors import trouble_of
from oidc_pyramid.playground.exchange import Exchange, Sent
from oidc_pyramid.playground.id_token import Expected, checks
from oidc_pyramid.playground.jwt import take_apart
from oidc_pyramid.playground.runs import Run
from oidc_pyramid.playground.wire import Wire

TITLE = _("Code for tokens")
LEAD = _(
    "Now the application speaks with the provider itself. The code alone is worth nothing: the "
    "provider wants the client's secret, if it has one, and the code verifier."
)
NO_OPENID = _("Without the scope openid there is no ID Token: this was plain OAuth 2.0.")


def redeem(run: Run, wire: Wire, issuer: str, now: int) -> None:
    """Send the code, once; fetch the keys; check the ID Token."""
    if run.redeemed:
        return
    run.redeemed = True
    exchange = send_code(run, wire, issuer)
    answer = exchange.json or {}
    keep(run, answer if exchange.ok else {})
    jwt: Jwt | None = None
    exchanges: tuple[Exchange, ...] = (exchange,)
    found = () if exchange.failure else _answer_checks(run, exchange)
    if run.id_token and exchange.ok:
        keys = wire.get(str(run.metadata["jwks_uri"]))
        exchanges = (exchange, keys)
        jwt = take_apart(run.id_token)
        found += id_token_checks(jwt, expected(run, keys, issuer, now))
        run.claims = jwt.claims if jwt else {}
    entry = Entry(
        "tokens",
        TITLE,
        LEAD,
        exchanges=exchanges,
        checks=found,
        jwt=jwt,
        trouble=trouble_of(answer),
        note="" if "openid" in run.options.scope else NO_OPENID,
        fatal=True,
    )
    run.add(entry)


def send_code(run: Run, wire: Wire, issuer: str) -> Exchange:
    """The token request (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
    fields, headers = credentials(run.options)
    form = (
        Sent("grant_type", "authorization_code"),
        Sent("code", run.code),
        Sent("redirect_uri", f"{issuer}/playground/callback"),
        Sent("code_verifier", run.verifier),
        *fields,
    )
    return wire.post(str(run.metadata["token_endpoint"]), form, *headers)


def keep(run: Run, answer: dict[str, Any]) -> None:
    """The tokens of an answer replace what was there before."""
    for name in ("access_token", "refresh_token", "id_token"):
        if isinstance(answer.get(name), str):
            setattr(run, name, answer[name])


def _answer_checks(run: Run, exchange: Exchange) -> tuple[Check, ...]:
    """RFC 6749 §5.1, Core §3.1.3.3."""
    answer = exchange.json or {}
    if not exchange.ok:
        name = _("The provider gives tokens")
        return (Check(name, False, exchange.status_line, "RFC 6749 §5.1"),)
    kind = str(answer.get("token_type"))
    found = [
        Check(_("There is an access token"), bool(run.access_token), "", "RFC 6749 §5.1"),
        Check(_("token_type is Bearer"), kind.lower() == "bearer", kind, "Core §3.1.3.3"),
        _not_stored(exchange),
    ]
    if "openid" in run.options.scope:
        name = _("There is an ID Token")
        found.append(Check(name, bool(run.id_token), "", "Core §3.1.3.3"))
    return tuple(found)


def _not_stored(exchange: Exchange) -> Check:
    said = [value for name, value in exchange.answer_headers if name.lower() == "cache-control"]
    good = any("no-store" in value for value in said)
    name = _("Nobody on the way may keep the answer")
    return Check(name, good, ", ".join(said), "RFC 6749 §5.1")


def expected(run: Run, keys: Exchange, issuer: str, now: int) -> Expected:
    """What the ID Token has to say for this run."""
    found = (keys.json or {}).get("keys")
    algs = run.metadata.get("id_token_signing_alg_values_supported")
    return Expected(
        issuer=issuer,
        client_id=run.options.client_id,
        nonce=run.nonce,
        now=now,
        access_token=run.access_token,
        max_age=run.options.max_age,
        algs=tuple(algs) if isinstance(algs, list) else (),
        keys=found if isinstance(found, list) else [],
    )


def id_token_checks(jwt: Jwt | None, wanted: Expected) -> tuple[Check, ...]:
    """Or the one that failed before all others."""
    if jwt is None:
        return (Check(_("The ID Token is a JWT"), False, "", "RFC 7519 §7.2"),)
    return checks(jwt, wanted)
