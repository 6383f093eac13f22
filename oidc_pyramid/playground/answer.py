"""Step 4: what the browser brought back (RFC 6749 §4.1.2, RFC 9207)."""

from __future__ import annotations

from collections.abc import Iterable

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.entry import Check, Entry, Row
from oidc_pyramid.playground.errors import trouble_of
from oidc_pyramid.playground.meanings import ANSWER
from oidc_pyramid.playground.runs import Run

TITLE = _("The answer")
LEADS = {
    "query": _("The provider sent the browser back, with the answer in the query of the address."),
    "fragment": _(
        "The provider sent the browser back, with the answer behind the #. Browsers keep that to "
        "themselves: a script of the page has read it and sent it here."
    ),
    "form_post": _(
        "The provider's page sent the answer here as a form: it is in no address and in no log."
    ),
}


def receive(run: Run, pairs: Iterable[tuple[str, str]], mode: str, issuer: str) -> None:
    """Judge the answer. The first one counts; another changes nothing."""
    if run.answered:
        return
    run.answered = True
    answer = dict(pairs)
    trouble = trouble_of(answer)
    checks = [_state(), _issuer(run, answer.get("iss"), issuer), _mode(run, mode)]
    if trouble is None:
        run.code = answer.get("code", "")
        checks.append(
            Check(_("There is a code"), bool(run.code), _length(run.code), "RFC 6749 §4.1.2")
        )
    entry = Entry(
        "answer",
        TITLE,
        LEADS[mode],
        rows=tuple(Row(name, value, ANSWER.get(name)) for name, value in answer.items()),
        checks=tuple(check for check in checks if check),
        trouble=trouble,
        fatal=True,
    )
    run.add(entry)


def _length(text: str) -> str:
    return _("${count} characters", mapping={"count": len(text)})


def _state() -> Check:
    """The run was found by it, among those of this browser."""
    return Check(
        _("state is the one that we keep for this browser"),
        True,
        _("nobody else began this sign-in"),
        "RFC 6749 §10.12",
    )


def _issuer(run: Run, said: str | None, issuer: str) -> Check:
    """Absent is wrong only where the provider promised it (RFC 9207 §2.4)."""
    promised = run.metadata.get("authorization_response_iss_parameter_supported") is True
    name = _("iss is the provider that we asked")
    if said is None:
        detail = _("not sent, but promised") if promised else _("not sent")
        return Check(name, False if promised else None, detail, "RFC 9207 §2.4")
    return Check(name, said == issuer, said, "RFC 9207 §2.4")


def _mode(run: Run, mode: str) -> Check | None:
    wanted = run.options.response_mode
    if not wanted:
        return None
    return Check(
        _("It came in the way that we asked for"),
        mode == wanted,
        mode,
        "Multiple Response Types §2.1",
    )
