"""Step 6: who is this? (Core §5.3)"""

from __future__ import annotations

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.client import bearer
from oidc_pyramid.playground.entry import Check, Entry
from oidc_pyramid.playground.errors import trouble_of
from oidc_pyramid.playground.exchange import Exchange
from oidc_pyramid.playground.jwt import explained
from oidc_pyramid.playground.refusal import refusal
from oidc_pyramid.playground.runs import Run
from oidc_pyramid.playground.wire import Wire

LEAD = _(
    "Whoever has the access token may ask what the person has allowed. No cookie, no secret: the "
    "token is enough, so it must stay secret."
)


def ask(run: Run, wire: Wire, issuer: str, now: int) -> None:
    """With the access token of now; it can be asked again and again."""
    exchange = wire.get(str(run.metadata["userinfo_endpoint"]), bearer(run.access_token))
    claims = (exchange.json or {}) if exchange.ok else {}
    run.userinfo = True
    entry = Entry(
        "userinfo",
        _("UserInfo"),
        LEAD,
        exchanges=(exchange,),
        rows=explained(claims),
        checks=_checks(run, exchange),
        trouble=trouble_of(exchange.json) or refusal(exchange),
    )
    run.add(entry)


def _checks(run: Run, exchange: Exchange) -> tuple[Check, ...]:
    if not exchange.ok or "openid" not in run.options.scope:
        return ()
    said = (exchange.json or {}).get("sub")
    name = _("sub is the one of the ID Token")
    good = bool(said) and said == run.claims.get("sub")
    return (Check(name, good, str(said), "Core §5.3.2"),)
