"""Who is signed in, where the host has its own users and its own sign-in page.

The person is whoever ``request.authenticated_userid`` of the host says. At the first sight in
this browser we make our own session record, so that ``sid``, sign-out and prompts work.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from pyramid.security import forget
from zope.interface import implementer

from oidc_pyramid.browser_sessions import OwnSessions
from oidc_pyramid.decision import SignIn
from oidc_pyramid.interfaces import IBrowserSessions
from oidc_pyramid.models.browsers import Browser, Session
from oidc_pyramid.protocol.errors import ProtocolError
from oidc_pyramid.protocol.seal import SealError
from oidc_pyramid.views.interactions import opened

AWAITED = "awaited"
PURPOSE = "awaited-sign-in"
MOST_AWAITED = 4
UNKNOWN = 0  # the host has not said when the person signed in


@implementer(IBrowserSessions)
class HostSessions(OwnSessions):
    """One account at a time: the host's. A session of anybody else is never used.

    For ``prompt=login``, ``max_age`` and a hint that names somebody else, the host's sign-in is
    forgotten and the browser sent to ``oidc.login_url``. Whoever is then signed in when the
    browser comes back through that resume URL has signed in for that interaction, and for no
    other.
    """

    strict = False
    signs_in_elsewhere = True

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self._forgotten = False

    def all(self) -> list[SignIn]:
        """The host's user, if any; at first sight this writes the session."""
        account = self._host_account()
        if account is None:
            return []
        known = self._known(account)
        if known is None and not self.strict:
            known = self._first_sight(account)
        return [] if known is None else [known]

    def current(self) -> SignIn | None:
        """The host's user."""
        return next(iter(self.all()), None)

    def _host_account(self) -> Any:
        userid = None if self._forgotten else self._request.authenticated_userid
        return None if userid is None else self._oidc.accounts.by_userid(userid)

    def _known(self, account: Any) -> SignIn | None:
        browser = self.browser()
        places = () if browser is None else browser.places
        mine = next((place for place in places if place.account_id == str(account.id)), None)
        return None if browser is None or mine is None else self._sign_in(browser, mine)

    def _first_sight(self, account: Any) -> SignIn:
        """Since when, nobody knows: too long ago for any ``max_age``."""
        signed_in = self.sign_in(account, amr=(), acr="", interaction="")
        session = self.visited(signed_in.sid)
        assert session is not None  # noqa: S101 - it was made in the line before
        session.auth_time = UNKNOWN
        known = self._known(account)
        assert known is not None  # noqa: S101 - see above
        return known

    def sign_in(self, account: Any, *, amr: tuple[str, ...], acr: str, interaction: str) -> SignIn:
        """The earlier person's session at this browser ends: the host has one user at a time."""
        signed_in = super().sign_in(account, amr=amr, acr=acr, interaction=interaction)
        self._await(())
        for place in self._places():
            if place.sid != signed_in.sid:
                super().sign_out(place.sid)
        return self._known(account) or signed_in

    def _places(self) -> tuple[Any, ...]:
        browser: Browser | None = self.browser()
        return () if browser is None else browser.places

    def sign_out(self, sid: str) -> None:
        """The host's sign-in is forgotten too."""
        super().sign_out(sid)
        self.forget()

    def sign_out_everybody(self) -> None:
        """The host signs its user out by itself."""
        for place in self._places():
            super().sign_out(place.sid)

    def forget(self) -> None:
        """As the host's security policy does it, with the answer."""
        if self._forgotten or self._request.authenticated_userid is None:
            return
        headers = forget(self._request)
        self._forgotten = True
        self._request.add_response_callback(
            lambda _request, response: response.headerlist.extend(headers)
        )

    def login_location(self, resume_url: str, wanted: Any) -> str:
        """The host's page, with the way back in ``next``."""
        self.forget()
        if wanted is not None:
            others = (one for one in self._awaited() if one != wanted.interaction)
            self._await((*list(others)[-MOST_AWAITED + 1 :], wanted.interaction))
        page = self._oidc.settings.login_url
        joint = "&" if urlsplit(page).query else "?"
        return f"{page}{joint}next={quote(resume_url, safe='')}"

    def resumed(self, interaction: str) -> None:
        """Back from the host's page: a sign-in that this very interaction has waited for."""
        if self.strict or interaction not in self._awaited():
            return
        account = self._host_account()
        if account is not None:
            self._oidc.accounts.pin(account)
            self.sign_in(account, amr=(), acr="", interaction=interaction)

    def _awaited(self) -> tuple[str, ...]:
        """The interactions that were sent to the host's page since the last sign-in."""
        cookie = self._oidc.cookies.get(AWAITED)
        if cookie is None:
            return ()
        try:
            opened_cookie = self._oidc.issuer.opened.sealer.open(PURPOSE, cookie)
        except SealError:
            return ()
        return tuple(opened_cookie.decode().split())

    def _await(self, interactions: tuple[str, ...]) -> None:
        if interactions:
            payload = " ".join(interactions).encode()
            sealed = self._oidc.issuer.opened.sealer.seal(PURPOSE, payload)
            self._oidc.cookies.set(AWAITED, sealed)
        elif self._oidc.cookies.get(AWAITED) is not None:
            self._oidc.cookies.delete(AWAITED)


class StrictHostSessions(HostSessions):
    """Only sign-ins that the host reports with ``record_login`` count
    (``oidc.browser_sessions = oidc_pyramid.host_sessions.StrictHostSessions``).

    Needed where the host's sign-in can't be forgotten (client certificates, a header of a
    proxy), and where ``prompt=login`` must hold against the person who owns the browser.
    """

    strict = True


class UnknownAccount(LookupError):
    """The host's ``IAccounts`` knows nobody by that user id."""


def record_login(
    request: Any, userid: Any, *, amr: tuple[str, ...] = ("pwd",), acr: str = ""
) -> Session:
    """For the host's sign-in view, after the password was right: when, and how (RFC 8176).

    With the ``next`` of an interaction in the request, the sign-in answers that interaction.
    """
    oidc = request.oidc
    account = oidc.accounts.by_userid(userid)
    if account is None:
        raise UnknownAccount(userid)
    oidc.accounts.pin(account)
    signed_in = oidc.browser.sign_in(account, amr=amr, acr=acr, interaction=_interaction(request))
    _finish(request)
    session: Session = oidc.browser.visited(signed_in.sid)
    return session


def record_logout(request: Any) -> None:
    """For the host's sign-out view: our sessions at this browser end, and clients are told."""
    request.oidc.browser.sign_out_everybody()
    _finish(request)


def next_url(request: Any, fallback: str = "/") -> str:
    """Where to go after a sign-in: ``next`` if it leads to us, else *fallback*.

    Never redirect to a ``next`` that was not checked: it would be an open redirect.
    """
    wanted = request.params.get("next", "")
    return wanted if wanted.startswith(f"{request.oidc.settings.issuer}/") else fallback


def _interaction(request: Any) -> str:
    """The interaction that ``next`` resumes, if it is one of this browser's."""
    prefix = request.oidc.url("interactions", "")
    resume_url = next_url(request, "")
    if not resume_url.startswith(prefix):
        return ""
    try:
        pending, _client = opened(request, resume_url.removeprefix(prefix).partition("/")[0])
    except ProtocolError:
        return ""
    return pending.wanted.interaction if pending.binding else ""


def _finish(request: Any) -> None:
    """What the deriver does for our own views: cookies, and events after the commit."""
    request.oidc.announce_after_commit()
    request.add_response_callback(lambda _request, response: request.oidc.cookies.apply(response))
