"""One connection with its cookies: a person's browser, or a relying party's pool."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode, urlsplit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')

Answer = tuple[int, dict[str, str], bytes]


class Browser:
    """Keeps the connection open and every cookie it is given."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def reconnect(self) -> None:
        """The next request opens a new connection: servers close those that were idle."""
        self._connection.close()

    def ask(
        self, method: str, path: str, body: Mapping[str, str] | None = None, **headers: str
    ) -> Answer:
        """Status, headers and body."""
        sent = dict(headers)
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        data = None
        if body is not None:
            sent |= FORM
            data = urlencode(body)
        self._connection.request(method, path, data, sent)
        response = self._connection.getresponse()
        text = response.read()
        found: dict[str, str] = {}
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
            found[name.lower()] = value
        return response.status, found, text


def path_of(url: str) -> str:
    """Path and query of one of the provider's URLs."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def hidden(page: bytes) -> dict[str, str]:
    """Names and values of the hidden inputs of a page."""
    inputs = [dict(ATTRIBUTE.findall(one)) for one in INPUT.findall(page.decode())]
    return {
        one["name"]: unescape(one.get("value", "")) for one in inputs if one.get("type") == "hidden"
    }
