"""What is measured: each workload is a function that makes one operation and raises if it fails."""

from __future__ import annotations

import base64
import hashlib
import http.client
import itertools
import json
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, SECRET = "bench", "benchmark-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
REDIRECT = "https://rp.example/cb"
SCOPE = "openid profile email"
PEOPLE = 8
BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    """One connection with its cookies: a person's browser, or a relying party's pool."""

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
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


def authorization_path() -> tuple[str, str]:
    """An authorization request with PKCE, and its verifier."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    query = urlencode(
        {
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": SCOPE,
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    return f"/authorize?{query}", verifier


def path_of(url: str) -> str:
    """Path and query of one of the provider's URLs."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def field(page: bytes, name: str) -> str:
    """The value of a hidden input."""
    text = page.decode()
    start = text.index(f'name="{name}" value="') + len(f'name="{name}" value="')
    return text[start : text.index('"', start)]


def sign_in(browser: Browser, username: str, password: str) -> str:
    """Through the pages to the client; returns the code's location."""
    path, _verifier = authorization_path()
    _status, headers, _page = browser.ask("GET", path)
    location = headers["location"]
    while not location.startswith(REDIRECT):
        action = path_of(location)
        _status, _headers, page = browser.ask("GET", action)
        body = {"csrf_token": field(page, "csrf_token"), "decision": "allow"}
        body |= {"username": username, "password": password}
        _status, headers, _page = browser.ask("POST", action, body, **OWN_PAGE)
        location = headers["location"]
    return location


def token(browser: Browser, **body: str) -> dict[str, str]:
    """A token request that must succeed."""
    status, _headers, text = browser.ask("POST", "/token", body, Authorization=BASIC)
    if status != 200:
        raise RuntimeError(text.decode())
    answer: dict[str, str] = json.loads(text)
    return answer


def flow(browser: Browser) -> dict[str, str]:
    """A code flow with a live session and remembered consent: two requests."""
    path, verifier = authorization_path()
    _status, headers, _page = browser.ask("GET", path)
    code = parse_qs(urlsplit(headers["location"]).query)["code"][0]
    body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": verifier}
    return token(browser, code=code, **body)


Operation = Callable[[], object]


def code_flow(browser: Browser) -> Operation:
    """W1."""
    return lambda: flow(browser)


def refresh(browser: Browser) -> Operation:
    """W2: rotation, each time the newest token."""
    newest = {"refresh_token": flow(browser)["refresh_token"]}

    def operate() -> None:
        answer = token(browser, grant_type="refresh_token", **newest)
        newest["refresh_token"] = answer["refresh_token"]

    return operate


def client_credentials(browser: Browser) -> Operation:
    """W3."""
    return lambda: token(browser, grant_type="client_credentials", scope="api")


def userinfo(browser: Browser) -> Operation:
    """W4."""
    bearer = f"Bearer {flow(browser)['access_token']}"

    def operate() -> None:
        status, _headers, _body = browser.ask("GET", "/userinfo", Authorization=bearer)
        if status != 200:
            raise RuntimeError(status)

    return operate


def introspection(browser: Browser) -> Operation:
    """W5."""
    access_token = flow(browser)["access_token"]

    def operate() -> None:
        body = {"token": access_token}
        _status, _headers, text = browser.ask("POST", "/introspect", body, Authorization=BASIC)
        if b'"active":true' not in text:
            raise RuntimeError(text.decode())

    return operate


def discovery(browser: Browser) -> Operation:
    """W6: metadata and keys, two requests."""

    def operate() -> None:
        browser.ask("GET", "/.well-known/openid-configuration")
        browser.ask("GET", "/jwks")

    return operate


NUMBERS = itertools.count()


def cold_sign_in(browser: Browser) -> Operation:
    """W7: a new browser each time: login page, password, answer."""
    host, port = browser._connection.host, browser._connection.port  # noqa: SLF001 - our own

    def operate() -> None:
        sign_in(Browser(host, port), f"user{next(NUMBERS) % PEOPLE}", "a long password")

    return operate


def bare_view(browser: Browser) -> Operation:
    """The floor: a Pyramid view that answers two letters, on the same server."""
    return lambda: browser.ask("GET", "/")


WORKLOADS = {
    "code flow": code_flow,
    "refresh": refresh,
    "client credentials": client_credentials,
    "userinfo": userinfo,
    "introspection": introspection,
    "discovery + jwks": discovery,
    "cold sign-in": cold_sign_in,
}
