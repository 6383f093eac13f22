"""HTTP to the provider: with time limits, without redirects, and few at a time.

The provider is in the same server, so each of these requests takes a second of its threads: two
at once leave the others free to answer them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.exchange import Exchange, Sent

AT_ONCE = 2
PATIENCE = 0.5
LARGEST = 256 * 1024
TIMEOUT = urllib3.Timeout(connect=2, read=5)
FORM = "application/x-www-form-urlencoded"


class Busy(Exception):
    """Too many requests are under way."""


class Wire:
    """Speaks with the issuer's origin alone, whatever the metadata say."""

    def __init__(self, issuer: str) -> None:
        self._origin = origin(issuer)
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    def get(self, url: str, *headers: Sent) -> Exchange:
        """A GET request."""
        return self._send(Exchange("GET", url, (Sent("Accept", "application/json"), *headers)))

    def post(self, url: str, form: tuple[Sent, ...], *headers: Sent) -> Exchange:
        """A POST request with a form."""
        own = (Sent("Accept", "application/json"), Sent("Content-Type", FORM))
        return self._send(Exchange("POST", url, (*own, *headers), form))

    def _send(self, asked: Exchange) -> Exchange:
        if origin(asked.url) != self._origin:
            return _failed(asked, _("The playground speaks with its own provider alone."))
        started = time.monotonic()
        try:
            answer = _fetch(asked)
        except HTTPError as error:
            failure = _("No answer: ${reason}", mapping={"reason": type(error).__name__})
            return _failed(asked, failure)
        return _answered(asked, *answer, round((time.monotonic() - started) * 1000))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Taken for a whole step, before it changes anything; raises ``Busy``."""
        if not self._slots.acquire(timeout=PATIENCE):
            raise Busy
        try:
            yield
        finally:
            self._slots.release()


def origin(url: object) -> tuple[str, str] | None:
    """Scheme and authority of a web address."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        return None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return parts.scheme, parts.netloc.lower()


def _fetch(asked: Exchange) -> tuple[int, tuple[tuple[str, str], ...], str]:
    """A connection for each request: none is left open that the server has meanwhile closed."""
    body = urlencode([(field.name, field.value) for field in asked.form]) if asked.form else None
    headers = {"Connection": "close", **{field.name: field.value for field in asked.headers}}
    with urllib3.PoolManager(timeout=TIMEOUT, retries=False) as pool:
        response = pool.request(
            asked.method,
            asked.url,
            body=body,
            headers=headers,
            redirect=False,
            preload_content=False,
        )
        try:
            text = response.read(LARGEST, decode_content=True).decode("utf-8", "replace")
            return response.status, tuple(response.headers.items()), text
        finally:
            response.close()


def _failed(asked: Exchange, failure: str) -> Exchange:
    return Exchange(asked.method, asked.url, asked.headers, asked.form, failure=failure)


def _answered(
    asked: Exchange,
    status: int,
    answer_headers: tuple[tuple[str, str], ...],
    text: str,
    milliseconds: int,
) -> Exchange:
    return Exchange(
        asked.method,
        asked.url,
        asked.headers,
        asked.form,
        status,
        answer_headers,
        text,
        milliseconds,
    )
