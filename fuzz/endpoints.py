"""The whole provider in this process: any bytes in path, query, body and headers, and never a 5xx."""

from __future__ import annotations

import io
from functools import cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from fuzz.targets import Finding
from oidc_pyramid.protocol.jose import new_key
from oidc_pyramid.testing import make_provider

SETTINGS = {
    "oidc.signing_alg": "ES256",
    "oidc.signing_algs": "ES256",
    "oidc.registration": "open",
    "oidc.registration_quota": "0",
    "oidc.signup": "true",
    "oidc.session_management": "true",
    "oidc.request_parameter": "true",
    "oidc.throttle_address": "100000000",
    "oidc.throttle_secret": "100000000",
}
PATHS = (
    b"/",
    b"/authorize",
    b"/token",
    b"/userinfo",
    b"/introspect",
    b"/revoke",
    b"/jwks",
    b"/end_session",
    b"/check_session",
    b"/clients",
    b"/clients/rp",
    b"/account",
    b"/account/login",
    b"/account/signup",
    b"/account/password",
    b"/account/applications",
    b"/interactions/x/login",
    b"/.well-known/openid-configuration",
    b"/.well-known/webfinger",
)
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH")
HEADERS = (
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "CONTENT_TYPE",
    "HTTP_ORIGIN",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_ACCEPT",
    "HTTP_IF_NONE_MATCH",
    "HTTP_USER_AGENT",
    "HTTP_SEC_FETCH_SITE",
    "HTTP_HOST",
    "CONTENT_LENGTH",
)
SEPARATOR = b"\x1e"
FORM = b"application/x-www-form-urlencoded"
REQUEST = (
    b"client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid"
    b"&state=s&nonce=n&prompt=login&max_age=1&claims=%7B%7D"
)


@cache
def application() -> Any:
    """With a client and a person, in memory."""
    op = make_provider(keys=[new_key("ES256")], **SETTINGS)
    op.add_client("rp")
    op.add_user()
    return op.app


def encoded(
    method: int, path: bytes, query: bytes = b"", body: bytes = b"", *headers: bytes
) -> bytes:
    """The bytes that stand for this request."""
    return SEPARATOR.join((bytes([method % 256]), path, query, body, *headers))


def endpoint(data: bytes) -> None:
    """One request; 421 and the like are fine, what is our fault is not."""
    first, *parts = data.split(SEPARATOR)
    path, query, body, *headers = (*parts, b"", b"", b"")
    environ = _environ(METHODS[(first or b"\0")[0] % len(METHODS)], path, query, body)
    for name, value in zip(HEADERS, headers, strict=False):
        if value:
            environ[name] = value.decode("latin-1")
    status = _call(environ)
    if status >= 500:
        raise Finding(f"{status} for {environ['REQUEST_METHOD']} {path!r} {query!r} {body!r}")


def _environ(method: str, path: bytes, query: bytes, body: bytes) -> dict[str, Any]:
    """PEP 3333: text is bytes in Latin-1, and the path is decoded."""
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": "/" + unquote_to_bytes(path).decode("latin-1").lstrip("/"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": "op.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "op.example",
        "CONTENT_TYPE": FORM.decode(),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _call(environ: dict[str, Any]) -> int:
    said: list[int] = []

    def start_response(status: str, _headers: Any, _error: Any = None) -> Any:
        said.append(int(status[:3]))

    answer = application()(environ, start_response)
    b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    return said[-1]


SEEDS = (
    *(encoded(n, path, REQUEST) for path in PATHS for n in (0, 1)),
    encoded(1, b"/token", b"", b"grant_type=refresh_token&refresh_token=x", b"Basic cnA6eA=="),
    encoded(1, b"/token", b"", b"grant_type=authorization_code&code=x", b"Basic cnA6eA=="),
    encoded(0, b"/userinfo", b"", b"", b"Bearer x", b"__Host-oidc=x; a=b"),
    encoded(
        1,
        b"/clients",
        b"",
        b'{"redirect_uris":["https://a.example/"]}',
        b"",
        b"",
        b"application/json",
    ),
    encoded(1, b"/authorize", b"", REQUEST),
    encoded(0, b"/end_session", b"id_token_hint=x&client_id=rp&state=s&ui_locales=de"),
    encoded(0, b"/authorize", REQUEST + b"&request=" + quote("a.b.c").encode()),
)
