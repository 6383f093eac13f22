"""The start page, and how a run begins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pyramid.response import Response

from oidc_pyramid.i18n import _
from oidc_pyramid.playground import afterwards
from oidc_pyramid.playground.authorization import prepare
from oidc_pyramid.playground.clients import CONFIDENTIAL, PUBLIC
from oidc_pyramid.playground.discovery import discover
from oidc_pyramid.playground.options import PROMPTS, RESPONSE_MODES, Options, read_options
from oidc_pyramid.playground.pages import Visit
from oidc_pyramid.playground.progress import steps
from oidc_pyramid.playground.runs import Run
from oidc_pyramid.playground.wire import origin

CLIENTS = (
    (CONFIDENTIAL, _("With a secret"), _("like a web application with a server of its own")),
    (PUBLIC, _("Without a secret"), _("like an application that runs in the browser")),
)
SCOPES = (
    ("openid", _("an ID Token: who signed in, and when")),
    ("profile", _("name, picture, language and the like")),
    ("email", _("email address, and whether it was verified")),
    ("phone", _("phone number")),
    ("address", _("postal address")),
    ("offline_access", _("tokens that outlive the sign-in")),
)
PROMPT_TEXTS = {
    "": _("not sent: the provider decides"),
    "none": _("none: no page at all"),
    "login": _("login: sign in again"),
    "consent": _("consent: ask again what is allowed"),
    "select_account": _("select_account: choose an account"),
}
MODE_TEXTS = {
    "": _("not sent: query, as usual for code"),
    "query": _("query: in the address"),
    "fragment": _("fragment: behind the #"),
    "form_post": _("form_post: as a form"),
}
MOVED = "moved"


def start(visit: Visit) -> Response:
    """Choose, then begin. A browser that comes back from signing out arrives here too."""
    if _elsewhere(visit):
        return visit.go(f"{visit.playground.root}?{MOVED}")
    runs, visitor = visit.playground.runs, visit.visitor.id
    latest = runs.latest(visitor)
    options = replace(latest.options, prompt="", id_token_hint="") if latest else Options()
    values = {
        "notice": _back_from_logout(visit),
        "options": options,
        "more": options.more,
        "latest": visit.path("runs", latest.id) if latest else None,
        "steps": steps(None),
        "clients": CLIENTS,
        "scopes": SCOPES,
        "prompts": [(name, PROMPT_TEXTS[name]) for name in PROMPTS],
        "response_modes": [(name, MODE_TEXTS[name]) for name in RESPONSE_MODES],
        "action": visit.path("begin"),
    }
    return visit.render("start", values)


def _elsewhere(visit: Visit) -> bool:
    """Whether somebody has opened 127.0.0.1 instead of localhost: cookies belong to a host name.

    They are sent to the issuer's once, not for ever: a proxy may have another name for us.
    """
    known = origin(visit.playground.issuer)
    here = (visit.request.host or "").lower()
    return known is not None and here != known[1] and (MOVED, "") not in visit.query()


def _back_from_logout(visit: Visit) -> dict[str, Any] | None:
    """``state`` says for which sign-out the browser comes (RP-Initiated Logout §3)."""
    state = dict(visit.query()).get("state")
    if state is None:
        return None
    run = visit.playground.runs.by_logout_state(visit.visitor.id, state)
    if run is None:
        return {"good": False, "url": None}
    with run.alone():
        afterwards.signed_out(run)
    return {"good": True, "url": visit.path("runs", run.id) + f"#entry-{len(run.entries)}"}


def begin(visit: Visit) -> Response:
    """A new run from the form."""
    return begin_with(visit, read_options(visit.own_form()))


def begin_with(visit: Visit, options: Options) -> Response:
    """Discovery and the authorization request; then the page, or the provider at once."""
    playground = visit.playground
    run = Run(visit.visitor.id, options, visit.request.oidc.now)
    with visit.at_work(run):
        discover(run, playground.wire, playground.issuer)
        if not run.stopped:
            prepare(run, f"{playground.issuer}/playground/callback")
    playground.runs.add(run)
    if run.url and not options.stop:
        return visit.go(run.url)
    return visit.go(visit.path("runs", run.id))
