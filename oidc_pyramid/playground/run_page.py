"""A run's page, and its buttons."""

from __future__ import annotations

from dataclasses import replace

from pyramid.response import Response

from oidc_pyramid.i18n import _
from oidc_pyramid.playground import afterwards
from oidc_pyramid.playground.highlight import pieces
from oidc_pyramid.playground.options import PROMPTS, Options
from oidc_pyramid.playground.pages import Problem, Visit
from oidc_pyramid.playground.progress import actions, next_step, steps
from oidc_pyramid.playground.refresh import refresh
from oidc_pyramid.playground.runs import Run
from oidc_pyramid.playground.start import begin_with
from oidc_pyramid.playground.tokens import redeem
from oidc_pyramid.playground.userinfo import ask
from oidc_pyramid.seed import seeded

ACTIONS = ("again", "introspect", "logout", "refresh", "replay", "revoke", "tokens", "userinfo")


def show(visit: Visit) -> Response:
    """Everything that has happened, and what comes next."""
    run, oidc = _run(visit), visit.request.oidc
    values = {
        "run": run,
        "entries": list(enumerate(run.entries, 1)),
        "last": len(run.entries),
        "steps": steps(run),
        "next": next_step(run),
        "actions": actions(run),
        "pieces": pieces,
        "people": seeded(oidc.provider, oidc.settings, oidc.runtime.passwords),
        "action": lambda name: visit.path("runs", run.id, name),
    }
    return visit.render("run", values)


def act(visit: Visit) -> Response:
    """One button. What is not possible now, or was done by an earlier click, changes nothing."""
    run = _run(visit)
    form = dict(visit.own_form())
    name = visit.request.matchdict["action"]
    if name == "again" and name in actions(run):
        return begin_with(visit, _again(run, form.get("prompt", "")))
    with visit.at_work(run):
        if name in actions(run):
            _do(visit, run, name, form.get("token", ""))
    if name == "logout" and run.logout_url and not run.options.stop:
        return visit.go(run.logout_url)
    return visit.go(f"{visit.path('runs', run.id)}#entry-{len(run.entries)}")


def _run(visit: Visit) -> Run:
    run = visit.playground.runs.get(visit.visitor.id, visit.request.matchdict["run"])
    if run is None:
        raise Problem(
            _("This run is gone"),
            _("Runs are kept in memory for a few hours, for the browser that began them."),
            status=404,
        )
    return run


def _do(visit: Visit, run: Run, name: str, token: str) -> None:
    wire, issuer, now = visit.playground.wire, visit.playground.issuer, visit.request.oidc.now
    kind = token if token in afterwards.KINDS and getattr(run, token) else "access_token"
    steps_of = {
        "tokens": lambda: redeem(run, wire, issuer, now),
        "userinfo": lambda: ask(run, wire, issuer, now),
        "refresh": lambda: refresh(run, wire, issuer, now),
        "introspect": lambda: afterwards.introspect(run, wire, kind),
        "revoke": lambda: afterwards.revoke(run, wire, kind),
        "replay": lambda: afterwards.replay(run, wire, issuer),
        "logout": lambda: afterwards.prepare_logout(run, issuer),
    }
    steps_of[name]()


def _again(run: Run, prompt: str) -> Options:
    """The same question with another ``prompt``; with none, the person who is expected."""
    wanted = prompt if prompt in PROMPTS else ""
    hint = run.id_token if wanted == "none" else ""
    return replace(run.options, prompt=wanted, id_token_hint=hint)
