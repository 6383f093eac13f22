"""Step 7: what else a client can do with its tokens."""

from __future__ import annotations

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.authorization import with_query
from oidc_pyramid.playground.client import credentials
from oidc_pyramid.playground.entry import Check, Entry, Row
from oidc_pyramid.playground.errors import trouble_of
from oidc_pyramid.playground.exchange import Sent
from oidc_pyramid.playground.jwt import explained
from oidc_pyramid.playground.meanings import LOGOUT
from oidc_pyramid.playground.runs import Run
from oidc_pyramid.playground.tokens import send_code
from oidc_pyramid.playground.wire import Wire

KINDS = ("access_token", "refresh_token")
INTROSPECT = _(
    "A resource server asks whether a token is good. A token that is not good, or none of the "
    "caller's business, is {“active”: false} and nothing more."
)
REVOKE = _(
    "The client gives a token back. The answer is always 200: the client wanted the token to be "
    "worthless, and it is. Ask UserInfo again, or introspect, to see that it is true."
)
REPLAY = _(
    "Somebody has copied the code and sends it a second time, here even with the right secret. The "
    "provider refuses, and ends all that the code has bought: it can't know which of the two was "
    "the thief."
)
LOGOUT_LEAD = _(
    "Whoever signs out here alone is still signed in at the provider. So the application sends the "
    "browser there: the provider ends the session and sends the browser back."
)


def introspect(run: Run, wire: Wire, kind: str) -> None:
    """RFC 7662."""
    fields, headers = credentials(run.options)
    form = (Sent("token", getattr(run, kind)), Sent("token_type_hint", kind), *fields)
    exchange = wire.post(str(run.metadata["introspection_endpoint"]), form, *headers)
    entry = Entry(
        "introspect",
        _("Introspection: ${token}", mapping={"token": kind}),
        INTROSPECT,
        exchanges=(exchange,),
        rows=explained((exchange.json or {}) if exchange.ok else {}),
        trouble=trouble_of(exchange.json),
    )
    run.add(entry)


def revoke(run: Run, wire: Wire, kind: str) -> None:
    """RFC 7009."""
    fields, headers = credentials(run.options)
    form = (Sent("token", getattr(run, kind)), Sent("token_type_hint", kind), *fields)
    exchange = wire.post(str(run.metadata["revocation_endpoint"]), form, *headers)
    name = _("The answer is 200")
    check = Check(name, exchange.status == 200, exchange.status_line, "RFC 7009 §2.2")
    entry = Entry(
        "revoke",
        _("Revocation: ${token}", mapping={"token": kind}),
        REVOKE,
        exchanges=(exchange,),
        checks=() if exchange.failure else (check,),
        trouble=trouble_of(exchange.json),
    )
    run.add(entry)


def replay(run: Run, wire: Wire, issuer: str) -> None:
    """RFC 6749 §4.1.2: MUST deny, SHOULD revoke."""
    exchange = send_code(run, wire, issuer)
    trouble = trouble_of(exchange.json)
    refused = not exchange.ok and trouble is not None and trouble.code == "invalid_grant"
    name = _("The code is refused the second time")
    check = Check(name, refused, exchange.status_line, "RFC 6749 §4.1.2")
    entry = Entry(
        "replay",
        _("The code once more"),
        REPLAY,
        exchanges=(exchange,),
        checks=() if exchange.failure else (check,),
        note=_("Ask UserInfo again: the access token is dead too."),
    )
    run.add(entry)


def prepare_logout(run: Run, issuer: str) -> None:
    """The address that signs out (RP-Initiated Logout §2)."""
    pairs = [
        ("id_token_hint", run.id_token),
        ("post_logout_redirect_uri", f"{issuer}/playground/"),
        ("state", run.logout_state),
    ]
    run.logout_url = with_query(str(run.metadata["end_session_endpoint"]), pairs)
    entry = Entry(
        "logout",
        _("Sign-out"),
        LOGOUT_LEAD,
        url=run.logout_url,
        rows=tuple(Row(name, value, LOGOUT[name]) for name, value in pairs),
    )
    run.add(entry)


def signed_out(run: Run) -> None:
    """The browser is back from the provider, with our ``state``."""
    if run.signed_out:
        return
    run.signed_out = True
    check = Check(
        _("state is the one that we sent"), True, run.logout_state, "RP-Initiated Logout §3"
    )
    entry = Entry(
        "signed_out",
        _("Signed out"),
        _("The session at the provider has ended, and with it what was bought in it."),
        checks=(check,),
        note=_("Ask UserInfo again: what was allowed with offline_access lives on."),
    )
    run.add(entry)
