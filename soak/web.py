"""One request on a connection of its own, so that any worker may get it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 40
GONE = 0


@dataclass(frozen=True)
class Answer:
    """``status`` is 0 where there was none: the effect may have happened or not."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: tuple[str, ...] = ()
    sent: bool = True  # False where nobody listened: nothing can have happened

    @property
    def json(self) -> Any:
        """The JSON document."""
        return json.loads(self.body)

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers.get("location", "")

    @property
    def busy(self) -> bool:
        """503 with ``Retry-After`` and nothing of value in it: come again, nothing has happened."""
        return (
            self.status == 503
            and self.headers.get("retry-after", "").isdigit()
            and not self.cookies
            and not self.location
            and b"_token" not in self.body
        )

    @property
    def again(self) -> bool:
        """Worth another try: no answer, or one that asks for it."""
        return self.status == GONE or self.busy


def ask(
    port: int,
    method: str,
    path: str,
    fields: Mapping[str, str] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    document: object = None,
    timeout: float = TIMEOUT,
) -> Answer:
    """The whole answer, or one with status 0."""
    sent = {"Connection": "close", **(headers or {})}
    body = None
    if fields is not None:
        body = urlencode(fields).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    elif document is not None:
        body = json.dumps(document).encode()
        sent["Content-Type"] = "application/json"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.connect()
    except OSError:
        connection.close()
        return Answer(GONE, sent=False)
    try:
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        text = response.read()
    except (OSError, http.client.HTTPException):
        return Answer(GONE)
    finally:
        connection.close()
    pairs = response.getheaders()
    cookies = tuple(value for name, value in pairs if name.lower() == "set-cookie")
    return Answer(response.status, {n.lower(): v for n, v in pairs}, text, cookies)


class Jar:
    """A browser's cookies."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def take(self, answer: Answer) -> None:
        """Keep what the answer sets."""
        for line in answer.cookies:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self._values.pop(name, None)
                else:
                    self._values[name] = morsel.value

    def headers(self) -> dict[str, str]:
        """The request header."""
        if not self._values:
            return {}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._values.items())}
