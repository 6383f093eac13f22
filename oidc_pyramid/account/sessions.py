"""A person sees where they are signed in, and ends it there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from oidc_pyramid.account.frame import to_login
from oidc_pyramid.events import SignedOut
from oidc_pyramid.i18n import _
from oidc_pyramid.interfaces import IAccountPage
from oidc_pyramid.logout import tell_by_back_channel
from oidc_pyramid.models.browsers import Session
from oidc_pyramid.models.nodes import AccountPage
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.forms import read_form

SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "CrOS", "Linux")
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One browser at which the person is signed in."""

    sid: str
    title: str
    detail: str
    current: bool


def session_rows(request: Any, account_id: str, current_sid: str) -> list[SessionRow]:
    """The live ones, this browser first, then the newest."""
    translate = request.localizer.translate
    rows = []
    for session in live(request, account_id):
        since = time.strftime("%Y-%m-%d %H:%M", time.gmtime(session.auth_time or session.seen_at))
        rows.append(
            (
                session.sid != current_sid,
                -session.auth_time,
                SessionRow(
                    session.sid,
                    describe(session.user_agent) or str(translate(_("Unknown device"))),
                    str(translate(_("Signed in ${when} UTC", mapping={"when": since}))),
                    session.sid == current_sid,
                ),
            )
        )
    return [row for _first, _second, row in sorted(rows, key=lambda entry: entry[:2])]


def live(request: Any, account_id: str) -> list[Session]:
    """Not ended, not expired, not from before the password changed or the epoch was raised."""
    oidc = request.oidc
    idle, epoch = oidc.settings.session_idle, oidc.provider.epoch
    account = oidc.accounts.get(account_id)
    return [
        session
        for session in oidc.provider.browsers.sessions_of(account_id)
        if session.alive(now=oidc.now, idle=idle, epoch=epoch)
        and account is not None
        and session.account_generation == account.generation
    ]


def describe(user_agent: str) -> str:
    """A guess for people, never a decision: browser and system."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


@endpoint(IAccountPage, "sessions", methods=("POST",), page=True)
def end_sessions(_context: AccountPage, request: Any) -> Any:
    """End one session of one's own, or all but this one. Their clients are told."""
    current = request.oidc.browser.current()
    if current is None:
        return to_login(request)
    params = read_form(request, "sessions", current.sid)
    sid, others = params.get("sid"), params.get("others") is not None
    for session in live(request, str(current.account.id)):
        if session.sid == sid or (others and session.sid != current.sid):
            session.end(now=request.oidc.now)
            tell_by_back_channel(request.oidc.issuer, session, current.account)
            request.oidc.issuer.announce(
                SignedOut(request.oidc.now, session.account_id, session.sid)
            )
    return outcomes.see_other(request.oidc.url("account"))
