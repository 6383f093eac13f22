"""How far a run has come: the list of steps, and what can be done next."""

from __future__ import annotations

from typing import NamedTuple

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.runs import Run

TITLES = (
    ("discovery", _("Discovery")),
    ("request", _("Authorization request")),
    ("provider", _("At the provider")),
    ("answer", _("The answer")),
    ("tokens", _("Code for tokens")),
    ("userinfo", _("UserInfo")),
    ("afterwards", _("Afterwards")),
)
WAITING, CURRENT, DONE, FAILED = "", "current", "done", "failed"


class Step(NamedTuple):
    """One step of the walk; ``anchor`` is where the page shows it."""

    title: str
    state: str
    anchor: str


def next_step(run: Run) -> str:
    """The name of the step that comes next; empty when the run can't go on."""
    if run.stopped:
        return ""
    if not run.answered:
        return "provider"
    if not run.redeemed:
        return "tokens"
    if not run.userinfo and can_ask_userinfo(run):
        return "userinfo"
    return "afterwards"


def steps(run: Run | None) -> list[Step]:
    """All seven, for a run or for somebody who has not begun."""
    if run is None:
        return [Step(title, WAITING, "") for _name, title in TITLES]
    where = next_step(run)
    failed = next((entry.name for entry in run.entries if entry.stops), None)
    anchors: dict[str, str] = {}
    for number, entry in enumerate(run.entries, 1):
        anchors.setdefault(entry.name, f"#entry-{number}")
    anchors["provider"] = "#next" if where == "provider" else ""
    anchors["afterwards"] = "#next" if where == "afterwards" else ""
    names = [name for name, _title in TITLES]
    now = names.index(where or failed or names[-1])
    found = []
    for number, (name, title) in enumerate(TITLES):
        state = DONE if number < now else WAITING
        if number == now:
            state = FAILED if name == failed else CURRENT
        found.append(Step(title, state, anchors.get(name, "")))
    return found


def can_ask_userinfo(run: Run) -> bool:
    """An access token, and a place to show it."""
    return bool(run.access_token) and "userinfo_endpoint" in run.metadata


def actions(run: Run) -> set[str]:
    """What may be done now. The pages show these buttons, and the views do nothing else."""
    where = next_step(run)
    found = {where} & {"tokens", "userinfo"}
    if where not in {"", "provider", "tokens"}:
        found |= _afterwards(run)
    if run.url and where in {"", "afterwards"}:
        found.add("again")
    return found


def _afterwards(run: Run) -> set[str]:
    known = run.metadata
    possible = {
        "userinfo": can_ask_userinfo(run),
        "refresh": bool(run.refresh_token),
        "introspect": "introspection_endpoint" in known and not run.options.public,
        "revoke": "revocation_endpoint" in known,
        "replay": bool(run.code),
        "logout": "end_session_endpoint" in known and bool(run.id_token) and not run.signed_out,
    }
    return {name for name, there in possible.items() if there}
