"""Requests that a polite client would not send: bytes in paths, odd headers, odd bodies."""

import base64
from io import BytesIO
from urllib.parse import unquote_to_bytes, urlsplit

from webob import Response

FORM = "application/x-www-form-urlencoded"


def call(op, target, *, method="GET", body=b"", kind=None, headers=(), **environ):
    """One WSGI call; ``target`` is percent-encoded, ``headers`` are pairs, repeated ones joined
    as a server joins them."""
    path, _, query = target.partition("?")
    parts = urlsplit(op.issuer)
    env = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "server.internal",
        "SERVER_PORT": "6543",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body or method == "POST":
        env["CONTENT_LENGTH"] = str(len(body))
        env["CONTENT_TYPE"] = FORM if kind is None else kind
    for name, value in headers:
        key = "HTTP_" + name.upper().replace("-", "_")
        joined = f"{env[key]}, {value}" if key in env and key != "HTTP_HOST" else value
        env[key] = joined
    env.update(environ)
    return send(op.app, {key: value for key, value in env.items() if value is not None})


def send(app, environ):
    started = {}

    def start_response(status, headers, exc_info=None):
        started.update(status=status, headers=headers)

    result = app(environ, start_response)
    try:
        body = b"".join(result)
    finally:
        getattr(result, "close", lambda: None)()
    return Response(body=body, status=started["status"], headerlist=list(started["headers"]))


def basic(text):
    """The Authorization header of HTTP Basic."""
    raw = text if isinstance(text, bytes) else text.encode()
    return ("Authorization", "Basic " + base64.b64encode(raw).decode())
