"""Each view has one address: at the issuer's host, in one spelling.

A second spelling would be a second name in caches and in a proxy's rules (``/account/x.css``,
``/x/../token``); another host is a forged one, or one that the operator has not named.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from pyramid.httpexceptions import HTTPNotFound

from oidc_pyramid.protocol.errors import Check, Misdirected

PORTS = {"http": ":80", "https": ":443"}
ELSEWHERE = Check(
    "host-known",
    "RFC 9110 §7.4",
    "This service is at another address.",
    "Use the address that oidc.issuer names, let the proxy pass the Host header on, or name this "
    "host in oidc.hosts.",
)


def check(request: Any, name: str, *, below: bool) -> None:
    """Raises ``Misdirected``, or ``HTTPNotFound``; ``below`` is for a view of files."""
    host = request.environ.get("HTTP_HOST", "")
    settings = request.oidc.settings
    if host.lower() not in hosts(settings.issuer, settings.hosts):
        raise Misdirected(ELSEWHERE, private=f"Host: {host!r}")
    path = request.environ.get("PATH_INFO", "")
    slash = not name or request.oidc.runtime.closing_slash
    if not one_spelling(path, slash=slash) or (request.subpath and not below):
        raise HTTPNotFound


@lru_cache
def hosts(issuer: str, others: tuple[str, ...]) -> frozenset[str]:
    """What ``Host`` may say: the port may be left out where it is the scheme's own."""
    parts = urlsplit(issuer)
    port = PORTS[parts.scheme]
    named = (parts.netloc, *others)
    bare = {name.lower().removesuffix(port) for name in named}
    return frozenset(bare | {name + port for name in bare})


def one_spelling(path: str, *, slash: bool) -> bool:
    """No empty segment, no dots, no ``@@`` (which names a view a second time), no line's end (which
    routes overlook). A slash may close the address of a node, and any address for those who come
    from the ancestor."""
    segments = path.split("/")[1:]
    if slash and segments and not segments[-1]:
        segments.pop()
    odd = any(s in {"", ".", ".."} or s.startswith("@@") for s in segments)
    return not odd and "\n" not in path
