"""The redirect URI: the provider sends the browser back here."""

from __future__ import annotations

from pyramid.response import Response

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.answer import receive
from oidc_pyramid.playground.entry import Row
from oidc_pyramid.playground.errors import trouble_of
from oidc_pyramid.playground.meanings import ANSWER
from oidc_pyramid.playground.pages import Problem, Visit
from oidc_pyramid.playground.progress import next_step
from oidc_pyramid.playground.runs import Run
from oidc_pyramid.playground.tokens import redeem
from oidc_pyramid.playground.userinfo import ask

TELLING = {"state", "code", "error"}


def callback(visit: Visit) -> Response:
    """By GET with a query, by POST as a form, or with a fragment that only a script can read."""
    if visit.request.method == "POST":
        return _received(visit, visit.form(), "form_post")
    pairs = visit.query()
    if not TELLING & {name for name, _value in pairs}:
        return visit.render("fragment", {"action": visit.path("callback", "fragment")})
    return _received(visit, pairs, "query")


def fragment(visit: Visit) -> Response:
    """What the script of the page before has found behind the #."""
    pairs = [pair for pair in visit.own_form() if pair[0] != "csrf_token"]
    return _received(visit, pairs, "fragment")


def _received(visit: Visit, pairs: list[tuple[str, str]], mode: str) -> Response:
    run = visit.playground.runs.by_state(visit.visitor.id, dict(pairs).get("state", ""))
    if run is None:
        raise _nobodys(pairs)
    with run.alone() if run.options.stop else visit.at_work(run):
        receive(run, pairs, mode, visit.playground.issuer)
        if not run.options.stop:
            _all_the_way(visit, run)
    return visit.go(f"{visit.path('runs', run.id)}#entry-{len(run.entries)}")


def _all_the_way(visit: Visit, run: Run) -> None:
    """For who does not want to stop at each step."""
    wire, issuer, now = visit.playground.wire, visit.playground.issuer, visit.request.oidc.now
    if next_step(run) == "tokens":
        redeem(run, wire, issuer, now)
    if next_step(run) == "userinfo":
        ask(run, wire, issuer, now)


def _nobodys(pairs: list[tuple[str, str]]) -> Problem:
    """An answer that nobody asked for here: somebody else's, or an old one."""
    known = [(name, value[:200]) for name, value in pairs if name in ANSWER]
    return Problem(
        _("This answer belongs to no sign-in of this browser"),
        _(
            "No sign-in with this state was begun in this browser. An application stops here: the "
            "answer may be an attacker's. It is also what happens after the server was started "
            "again."
        ),
        trouble=trouble_of(dict(pairs)),
        rows=tuple(Row(name, value, ANSWER[name]) for name, value in known),
    )
