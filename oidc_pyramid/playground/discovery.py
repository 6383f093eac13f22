"""Step 1: what the provider says about itself (Discovery §4)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.entry import Check, Entry, Row
from oidc_pyramid.playground.meanings import Meaning
from oidc_pyramid.playground.runs import Run
from oidc_pyramid.playground.wire import Wire, origin

TITLE = _("Discovery")
LEAD = _(
    "The application knows one thing: the issuer. Below it is a document that names everything "
    "else."
)
ENDPOINTS = {
    "authorization_endpoint": _("where the browser goes to sign in"),
    "token_endpoint": _("where the code buys tokens"),
    "userinfo_endpoint": _("where an access token buys claims"),
    "jwks_uri": _("the keys that tokens are signed with"),
    "introspection_endpoint": _("whether a token is still good"),
    "revocation_endpoint": _("where a token is given back"),
    "end_session_endpoint": _("where the browser goes to sign out"),
}
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def discover(run: Run, wire: Wire, issuer: str) -> None:
    """Fetch the document and judge it."""
    exchange = wire.get(f"{issuer}/.well-known/openid-configuration")
    found = exchange.json or {}
    run.metadata = found if exchange.ok else {}
    rows = tuple(
        Row(name, str(found[name]), Meaning(text, "Discovery §3"))
        for name, text in ENDPOINTS.items()
        if name in found
    )
    checks = () if exchange.failure else _checks(exchange.status, found, issuer)
    entry = Entry(
        "discovery",
        TITLE,
        LEAD,
        exchanges=(exchange,),
        rows=rows,
        checks=checks,
        fatal=True,
    )
    run.add(entry)


def _checks(status: int, found: dict[str, Any], issuer: str) -> tuple[Check, ...]:
    said = found.get("issuer")
    missing = [name for name in NEEDED if origin(found.get(name)) is None]
    return (
        Check(
            _("The answer is 200 and a JSON object"),
            status == 200 and bool(found),
            str(status),
            "Discovery §4.3",
        ),
        Check(
            _("issuer is the one that we asked"),
            said == issuer,
            str(said),
            "Discovery §4.3",
        ),
        Check(
            _("The endpoints that we need are there"),
            not missing,
            " ".join(missing or NEEDED),
            "Discovery §3",
        ),
    )
