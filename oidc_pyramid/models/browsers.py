"""A Browser is what the cookie names; a Session is one account signed in there."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from persistent import Persistent

from oidc_pyramid.models.shards import Expiring, Shards

FINISHED_KEPT = 32
ACCOUNTS_KEPT = 8


def digest(cookie: str) -> str:
    """What is kept of a cookie's value."""
    return sha256(cookie.encode("utf-8", "replace")).hexdigest()


class Place(NamedTuple):
    """Where a session is found."""

    account_id: str
    sid: str


class Browser(Persistent):
    """The sessions signed in at one browser, one of them current.

    ``finished`` are the interactions that have had their answer, with the time when they expire
    anyway. The record is replaced at each sign-in: the cookie's value changes then.
    """

    key: str = ""
    places: tuple[Place, ...] = ()
    current: str = ""
    selected_in: str = ""
    finished: tuple[tuple[str, int], ...] = ()
    created_at: int = 0
    expires_at: int = 0

    def __init__(self, key: str, *, now: int, expires_at: int) -> None:
        self.key = key
        self.created_at = now
        self.expires_at = expires_at

    @property
    def until(self) -> int:
        """When it may be forgotten."""
        return self.expires_at

    def is_finished(self, interaction: str) -> bool:
        """True when that interaction has had its answer."""
        return any(name == interaction for name, _ in self.finished)

    def finish(self, interaction: str, expires_at: int, *, now: int) -> None:
        """Remember the newest few that could still be opened."""
        alive = [entry for entry in self.finished if entry[1] > now]
        self.finished = (*alive[-FINISHED_KEPT + 1 :], (interaction, expires_at))

    def add(self, place: Place) -> tuple[Place, ...]:
        """Sign an account in, in the place of its earlier session here; returns what fell out."""
        others = [p for p in self.places if p.account_id != place.account_id]
        dropped = [p for p in self.places if p.account_id == place.account_id]
        dropped += others[: -ACCOUNTS_KEPT + 1] if len(others) >= ACCOUNTS_KEPT else []
        self.places = (*[p for p in others if p not in dropped], place)
        self.current = place.sid
        return tuple(dropped)

    def remove(self, sid: str) -> None:
        """Take a session away; the latest of the others becomes current."""
        self.places = tuple(p for p in self.places if p.sid != sid)
        if self.current == sid:
            self.current = self.places[-1].sid if self.places else ""


class Session(Persistent):
    """One account signed in at one browser: ``sid``, when, how, and in which interaction."""

    sid: str = ""
    account_id: str = ""
    auth_time: int = 0
    acr: str = ""
    amr: tuple[str, ...] = ()
    authenticated_in: str = ""
    account_generation: int = 0
    seen_at: int = 0
    expires_at: int = 0
    ended_at: int | None = 0
    epoch: int = 1
    user_agent: str = ""
    clients: tuple[str, ...] = ()

    def __init__(self, sid: str, account_id: str, **fields: object) -> None:
        self.sid = sid
        self.account_id = account_id
        self.ended_at = None
        for name, value in fields.items():
            if name not in Session.__annotations__:
                raise AttributeError(name)
            setattr(self, name, value)

    def alive(self, *, now: int, idle: int, epoch: int) -> bool:
        """Not ended, not too old, not too long unused (all in seconds), and of this epoch."""
        fresh = now < self.expires_at and now < self.seen_at + idle
        return self.ended_at is None and fresh and self.epoch == epoch

    @property
    def until(self) -> int:
        """When it may be forgotten."""
        return self.expires_at if self.ended_at is None else self.ended_at

    def end(self, *, now: int) -> None:
        """Signed out: written to the object itself."""
        if self.ended_at is None:
            self.ended_at = now


class Browsers(Persistent):
    """All browsers by the digest of their cookie, all sessions by account and sid."""

    def __init__(self) -> None:
        self._browsers = Expiring()
        self._sessions = Expiring()

    def get(self, cookie: str) -> Browser | None:
        """By the cookie's value."""
        found: Browser | None = self._browsers.get(digest(cookie))
        return found

    def add(self, browser: Browser) -> None:
        """A browser that has just signed in."""
        self._browsers.insert(browser.key, browser, look_at=browser.expires_at)

    def remove(self, browser: Browser) -> None:
        """The old cookie names nothing any more."""
        self._browsers.remove(browser.key)

    def session(self, account_id: str, sid: str) -> Session | None:
        """One session, ended or not."""
        found: Session | None = self._sessions.get(f"{account_id}:{sid}")
        return found

    def add_session(self, session: Session) -> None:
        """A new sign-in."""
        key = f"{session.account_id}:{session.sid}"
        self._sessions.insert(key, session, look_at=session.expires_at)

    def remove_session(self, session: Session) -> None:
        """Unlink a session that has ended."""
        self._sessions.remove(f"{session.account_id}:{session.sid}")

    def sessions_of(self, account_id: str) -> Iterator[Session]:
        """The sessions of one account at all browsers."""
        return (s for _, s in self._sessions.of(account_id) if s.ended_at is None)

    def trees(self) -> tuple[Shards, Shards]:
        """Browsers and sessions, for the sweep."""
        return self._browsers, self._sessions
