"""What a run's page shows of one thing that happened: requests, checks, tokens, changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from oidc_pyramid.playground.citations import address
from oidc_pyramid.playground.errors import Trouble
from oidc_pyramid.playground.exchange import Exchange
from oidc_pyramid.playground.meanings import Meaning


class Check(NamedTuple):
    """Something that a relying party has to look at. ``passed`` is None where it does not apply."""

    name: str
    passed: bool | None
    detail: str
    spec: str

    @property
    def address(self) -> str:
        """Where the rule is written."""
        return address(self.spec)


class Row(NamedTuple):
    """A parameter or claim, its value, and what it means."""

    name: str
    value: str
    meaning: Meaning | None = None

    @property
    def address(self) -> str:
        """Where it is written."""
        return address(self.meaning.spec) if self.meaning else ""


class Change(NamedTuple):
    """The same thing before and after."""

    name: str
    before: str
    after: str
    comment: str


@dataclass(frozen=True, slots=True)
class Jwt:
    """A signed token, taken apart."""

    parts: tuple[str, ...]
    header: dict[str, Any]
    claims: dict[str, Any]
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    name: str
    title: str
    lead: str = ""
    exchanges: tuple[Exchange, ...] = ()
    url: str = ""
    secret: Row | None = None
    rows: tuple[Row, ...] = ()
    checks: tuple[Check, ...] = ()
    jwt: Jwt | None = None
    changes: tuple[Change, ...] = ()
    trouble: Trouble | None = None
    note: str = ""
    fatal: bool = False

    @property
    def url_lines(self) -> list[tuple[str, str, str]]:
        """The address in lines: mark, name, value as they are on the wire."""
        query = self.url.partition("?")[2]
        pairs = [pair.partition("=") for pair in query.split("&") if pair]
        return [("&" if n else "?", name, value) for n, (name, _, value) in enumerate(pairs)]

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        unanswered = any(exchange.failure for exchange in self.exchanges)
        return bool(self.trouble) or unanswered or any(one.passed is False for one in self.checks)

    @property
    def stops(self) -> bool:
        """Whether a relying party must not go on."""
        return self.fatal and self.failed
