"""The workloads: each is a function that prepares, and returns one operation that raises if it fails."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from browser import Browser, hidden, path_of
from targets import CLIENT_ID, PASSWORD, PEOPLE, REDIRECT, SCOPE, Target, basic

MOST_STEPS = 12


class Unsupported(Exception):
    """The provider does not offer this."""


def authorization_path(target: Target) -> tuple[str, str]:
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
    return f"{target.authorize}?{query}", verifier


def sign_in(browser: Browser, target: Target, username: str) -> str:
    """Through the provider's pages to the client; returns where the code is."""
    action, _verifier = authorization_path(target)
    for _ in range(MOST_STEPS):
        status, headers, page = browser.ask("GET", action)
        if status == 200:
            body = hidden(page) | {"decision": "allow", "username": username, "password": PASSWORD}
            _status, headers, page = browser.ask("POST", action, body, **target.headers)
        location = headers.get("location", "")
        if location.startswith(REDIRECT):
            return location
        if not location:
            break
        action = path_of(location)
    raise RuntimeError(f"no sign-in: {page.decode()[:500]}")


def token(browser: Browser, target: Target, client_id: str, **body: str) -> dict[str, str]:
    """A token request that must succeed."""
    status, _headers, text = browser.ask("POST", target.token, body, Authorization=basic(client_id))
    if status != 200:
        raise RuntimeError(text.decode()[:500])
    answer: dict[str, str] = json.loads(text)
    return answer


def flow(browser: Browser, target: Target) -> dict[str, str]:
    """A code flow with a live session and remembered consent: two requests."""
    path, verifier = authorization_path(target)
    _status, headers, _page = browser.ask("GET", path)
    code = parse_qs(urlsplit(headers["location"]).query)["code"][0]
    body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": verifier}
    return token(browser, target, CLIENT_ID, code=code, **body)


Operation = Callable[[], object]


def code_flow(browser: Browser, target: Target) -> Operation:
    """/authorize of somebody who is signed in, and /token."""
    return lambda: flow(browser, target)


def refresh(browser: Browser, target: Target) -> Operation:
    """Rotation, each time the newest token."""
    newest = {"refresh_token": flow(browser, target)["refresh_token"]}

    def operate() -> None:
        answer = token(browser, target, CLIENT_ID, grant_type="refresh_token", **newest)
        newest["refresh_token"] = answer["refresh_token"]

    return operate


def client_credentials(browser: Browser, target: Target) -> Operation:
    """An opaque access token for a client itself."""
    body = {"grant_type": "client_credentials", "scope": "api"}
    return lambda: token(browser, target, target.machine, **body)


def client_credentials_jwt(browser: Browser, target: Target) -> Operation:
    """A signed one, for a resource that asks for that (RFC 9068)."""
    if target.jwt is None:
        raise Unsupported
    body = {"grant_type": "client_credentials", "scope": "api", **target.jwt}

    def operate() -> None:
        if token(browser, target, target.machine, **body)["access_token"].count(".") != 2:
            raise RuntimeError("the access token is no JWT")

    return operate


def userinfo(browser: Browser, target: Target) -> Operation:
    """With a bearer token."""
    bearer = f"Bearer {flow(browser, target)['access_token']}"

    def operate() -> None:
        status, _headers, _body = browser.ask("GET", target.userinfo, Authorization=bearer)
        if status != 200:
            raise RuntimeError(status)

    return operate


def introspection(browser: Browser, target: Target) -> Operation:
    """Of an access token, by an authenticated client."""
    access_token = flow(browser, target)["access_token"]

    def operate() -> None:
        _status, _headers, text = browser.ask(
            "POST", target.introspect, {"token": access_token}, Authorization=basic(CLIENT_ID)
        )
        if not json.loads(text)["active"]:
            raise RuntimeError(text.decode()[:500])

    return operate


def discovery(browser: Browser, target: Target) -> Operation:
    """Metadata and keys, two requests."""

    def operate() -> None:
        for path in (target.discovery, target.jwks):
            status, _headers, _body = browser.ask("GET", path)
            if status != 200:
                raise RuntimeError(status)

    return operate


NUMBERS = itertools.count()


def cold_sign_in(browser: Browser, target: Target) -> Operation:
    """A new browser each time: pages, password, answer."""

    def operate() -> None:
        name = target.username.format(next(NUMBERS) % PEOPLE)
        sign_in(Browser(browser.port), target, name)

    return operate


def bare_view(browser: Browser, _target: Target) -> Operation:
    """The floor: a Pyramid view that answers two letters, on the same server."""
    return lambda: browser.ask("GET", "/")


WORKLOADS: dict[str, Callable[[Browser, Target], Operation]] = {
    "code flow": code_flow,
    "refresh": refresh,
    "client credentials": client_credentials,
    "client credentials, JWT": client_credentials_jwt,
    "userinfo": userinfo,
    "introspection": introspection,
    "discovery + jwks": discovery,
    "cold sign-in": cold_sign_in,
}
