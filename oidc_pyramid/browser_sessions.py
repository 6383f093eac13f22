"""Our ``IBrowserSessions``: who is signed in at this browser, several accounts at once."""

from __future__ import annotations

import secrets
from typing import Any

from zope.interface import implementer

from oidc_pyramid import browser_state
from oidc_pyramid.decision import SignIn
from oidc_pyramid.events import SignedIn, SignedOut, SteppedUp
from oidc_pyramid.interfaces import IBrowserSessions
from oidc_pyramid.logout import tell_by_back_channel
from oidc_pyramid.models.browsers import Browser, Place, Session, digest

COOKIE = "session"
TOUCHES_PER_IDLE_TIME = 16


@implementer(IBrowserSessions)
class OwnSessions:
    """The cookie names a Browser record; its value changes at every sign-in."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self._oidc = request.oidc
        self._browsers = self._oidc.provider.browsers
        self._now = self._oidc.now

    def browser(self) -> Browser | None:
        """The record of this browser's cookie."""
        cookie = self._oidc.cookies.get(COOKIE)
        browser = None if cookie is None else self._browsers.get(cookie)
        return browser if browser is not None and self._now < browser.expires_at else None

    def all(self) -> list[SignIn]:
        """Every live session, the current one first."""
        browser = self.browser()
        if browser is None:
            return []
        places = sorted(browser.places, key=lambda place: place.sid != browser.current)
        return [s for s in (self._sign_in(browser, place) for place in places) if s]

    def current(self) -> SignIn | None:
        """The account that requests are answered for."""
        browser = self.browser()
        if browser is None:
            return None
        place = next((p for p in browser.places if p.sid == browser.current), None)
        return None if place is None else self._sign_in(browser, place)

    def _sign_in(self, browser: Browser, place: Place) -> SignIn | None:
        session = self._live(place)
        account = None if session is None else self._oidc.accounts.get(place.account_id)
        if session is None or account is None or session.account_generation != account.generation:
            return None
        self._touch(session)
        return SignIn(
            account=account,
            sid=session.sid,
            auth_time=session.auth_time,
            acr=session.acr,
            amr=session.amr,
            authenticated_in=session.authenticated_in,
            selected_in=browser.selected_in if browser.current == session.sid else "",
        )

    def _live(self, place: Place) -> Session | None:
        session = self._browsers.session(place.account_id, place.sid)
        idle, epoch = self._oidc.settings.session_idle, self._oidc.provider.epoch
        alive = session is not None and session.alive(now=self._now, idle=idle, epoch=epoch)
        return session if alive else None

    def _touch(self, session: Session) -> None:
        """Idle time is kept coarsely, so that looking around rarely writes."""
        grain = max(60, self._oidc.settings.session_idle // TOUCHES_PER_IDLE_TIME)
        if self._now >= session.seen_at + grain:
            session.seen_at = self._now

    def sign_in(self, account: Any, *, amr: tuple[str, ...], acr: str, interaction: str) -> SignIn:
        """Record the event, give the browser a new cookie; the same account keeps its ``sid``."""
        old = self.browser()
        browser = self._renewed(old)
        session = self._session_for(browser, account)
        session.auth_time = session.seen_at = self._now
        session.acr, session.amr, session.authenticated_in = acr, amr, interaction
        session.account_generation = account.generation
        session.epoch = self._oidc.provider.epoch
        session.expires_at = self._now + self._oidc.settings.session_expire
        session.user_agent = (self._request.user_agent or "")[:200]
        for place in browser.add(Place(str(account.id), session.sid)):
            if place.sid != session.sid:
                self._end(place)
        self._oidc.issuer.announce(SignedIn(self._now, str(account.id), session.sid, amr))
        signed_in = self._sign_in(browser, Place(str(account.id), session.sid))
        assert signed_in is not None  # noqa: S101 - it was made three lines above
        return signed_in

    def step_up(self, sid: str, *, acr: str, amr: tuple[str, ...]) -> SignIn | None:
        """The same session, known better: a new cookie, the same ``sid`` and ``auth_time``.

        Whatever ``amr`` names was proved at ``auth_time`` or later; ``max_age`` asks for all of it
        again.
        """
        old = self.browser()
        place = old and next((p for p in old.places if p.sid == sid), None)
        session = self._live(place) if place else None
        if old is None or not place or session is None:
            return None
        session.acr, session.seen_at = acr, self._now
        session.amr = tuple(dict.fromkeys((*session.amr, *amr)))
        browser = self._renewed(old)
        browser.selected_in = old.selected_in
        self._oidc.issuer.announce(SteppedUp(self._now, place.account_id, sid, acr, session.amr))
        return self._sign_in(browser, place)

    def _renewed(self, old: Browser | None) -> Browser:
        """A new record under a new cookie; the old cookie names nothing (no session fixation)."""
        cookie = secrets.token_urlsafe(32)
        life = self._oidc.settings.session_expire
        browser = Browser(digest(cookie), now=self._now, expires_at=self._now + life)
        if old is not None:
            browser.places, browser.finished = old.places, old.finished
            browser.current = old.current
            self._browsers.remove(old)
        self._browsers.add(browser)
        self._oidc.cookies.set(COOKIE, cookie)
        browser_state.follow(self._request, cookie)
        return browser

    def _session_for(self, browser: Browser, account: Any) -> Session:
        for place in browser.places:
            session = self._live(place) if place.account_id == str(account.id) else None
            if session is not None and session.account_generation == account.generation:
                return session
        until = self._now + self._oidc.settings.session_expire
        session = Session(secrets.token_urlsafe(16), str(account.id), expires_at=until)
        self._browsers.add_session(session)
        return session

    def select(self, sid: str, interaction: str) -> SignIn | None:
        """Make that session the current one; None when it is not live here."""
        browser = self.browser()
        place = browser and next((p for p in browser.places if p.sid == sid), None)
        if browser is None or not place or self._live(place) is None:
            return None
        browser.current = sid
        browser.selected_in = interaction
        return self._sign_in(browser, place)

    def sign_out(self, sid: str) -> None:
        """End one session; with the last one the cookie goes too."""
        browser = self.browser()
        place = browser and next((p for p in browser.places if p.sid == sid), None)
        if browser is None or not place:
            return
        self._end(place)
        browser.remove(sid)
        self._oidc.issuer.announce(SignedOut(self._now, place.account_id, sid))
        if browser.places:
            self._renewed(browser)
        else:
            self._browsers.remove(browser)
            self._oidc.cookies.delete(COOKIE)
            browser_state.follow(self._request, None)

    def _end(self, place: Place) -> None:
        session = self._browsers.session(place.account_id, place.sid)
        if session is None or session.ended_at is not None:
            return
        session.end(now=self._now)
        account = self._oidc.accounts.get(place.account_id)
        if account is not None:
            tell_by_back_channel(self._oidc.issuer, session, account)

    def visited(self, sid: str) -> Session | None:
        """The session's record, which knows its clients."""
        browser = self.browser()
        place = browser and next((p for p in browser.places if p.sid == sid), None)
        return self._browsers.session(place.account_id, sid) if place else None

    def is_finished(self, interaction: str) -> bool:
        """True when that interaction has had its answer at this browser."""
        browser = self.browser()
        return browser is not None and browser.is_finished(interaction)

    def finish(self, interaction: str, expires_at: int) -> None:
        """In the same commit as the answer."""
        browser = self.browser()
        if browser is not None:
            browser.finish(interaction, expires_at, now=self._now)

    def resumed(self, interaction: str) -> None:
        """Nobody signs in elsewhere."""

    def login_location(self, resume_url: str, wanted: Any) -> str | None:
        """Our own page."""
        return None
