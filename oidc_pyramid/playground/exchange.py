"""One HTTP request and its response, kept to be shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

#: Headers that say nothing about the protocol; the page folds them away.
DULL = frozenset(
    {
        "connection",
        "content-length",
        "content-security-policy",
        "date",
        "permissions-policy",
        "referrer-policy",
        "server",
        "strict-transport-security",
        "via",
        "x-content-type-options",
        "x-frame-options",
    }
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A header or form field of a request. A secret is masked, and ``plain`` explains it."""

    name: str
    value: str
    secret: bool = False
    plain: str = ""

    @property
    def encoded(self) -> str:
        """As it is in the body."""
        return quote(self.value, safe="")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent and what came back. ``failure`` says why nothing did."""

    method: str
    url: str
    headers: tuple[Sent, ...] = ()
    form: tuple[Sent, ...] = ()
    status: int = 0
    answer_headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    milliseconds: int = 0
    failure: str = ""

    @property
    def ok(self) -> bool:
        """A response that is no error."""
        return 200 <= self.status < 300

    @property
    def status_line(self) -> str:
        """As in ``200 OK``."""
        known = {status.value: status.phrase for status in HTTPStatus}
        return f"{self.status} {known.get(self.status, '')}".strip()

    @property
    def target(self) -> str:
        """What the request line names."""
        parts = urlsplit(self.url)
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

    @property
    def host(self) -> str:
        """What the Host header names."""
        return urlsplit(self.url).netloc

    @property
    def telling(self) -> list[tuple[str, str]]:
        """The response's headers that matter here."""
        return [pair for pair in self.answer_headers if pair[0].lower() not in DULL]

    @property
    def dull(self) -> list[tuple[str, str]]:
        """The others."""
        return [pair for pair in self.answer_headers if pair[0].lower() in DULL]

    @property
    def json(self) -> dict[str, Any] | None:
        """The body as an object, if it is one and says so."""
        kind = {name.lower(): value for name, value in self.answer_headers}
        if "json" not in kind.get("content-type", ""):
            return None
        try:
            found = json.loads(self.text)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None
