"""Redirect URIs: which may be registered, which match, and how an answer is put on them.

Matching compares strings (RFC 3986 §6.2.1, RFC 9700 §2.1). Nothing is parsed, normalised or
decoded first, so that no parser can disagree with a browser. What makes this safe is that only
URIs in one plain spelling can be registered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote_plus, urlencode

from oidc_pyramid.protocol import web_uri
from oidc_pyramid.protocol.web_uri import origin_of

__all__ = ["append", "check_registered", "host_of", "is_loopback", "matches", "origin_of"]

#: What we add to an answer; in a registered query they would make two meanings (RFC 9207 §2.4).
RESPONSE_PARAMETERS = frozenset(
    {
        "access_token",
        "code",
        "error",
        "error_description",
        "error_uri",
        "expires_in",
        "id_token",
        "iss",
        "response",
        "session_state",
        "state",
        "token_type",
    }
)

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PRIVATE_USE = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):"
    rf"(?P<path>/(?!/){web_uri.PATH})(?:\?(?P<query>{web_uri.QUERY}))?"
)
_DOT_SEGMENT = re.compile(r"/(?:\.|%2[Ee]){1,2}(?:/|%2[Ff]|$)")
_LOOPBACK = re.compile(
    r"(?P<host>http://(?:127\.0\.0\.1|\[::1\]))(?::(?P<port>[0-9]+))?(?P<rest>(?:[/?].*)?)"
)


def check_registered(
    uri: object, *, application_type: str = "web", allow_http_loopback: bool = True
) -> None:
    """Refuse with ``ValueError`` (a sentence for the public) what must not be registered.

    ``https`` is for all; ``http`` for loopback addresses: of native applications always
    (RFC 8252 §7.3), of web clients where ``allow_http_loopback`` says so; a private-use scheme
    for native applications (RFC 8252 §7.1).
    """
    text = web_uri.plain_text(uri)
    if "#" in text:
        raise ValueError("must not have a fragment, not even an empty one")
    if "*" in text:
        raise ValueError("must not have a wildcard")
    native = application_type == "native"
    if text.lower().startswith(("https:", "http:")):
        match = web_uri.check(text, allow_http_loopback=native or allow_http_loopback)
    else:
        match = _private_use(text, native=native)
    if _DOT_SEGMENT.search(match["path"] or ""):
        raise ValueError("must not have dot segments in the path")
    _check_query(match["query"] or "")


def matches(requested: str, registered: Iterable[str], *, application_type: str) -> bool:
    """Is this one of the registered URIs, character for character (Core §3.1.2.1)?

    A native application may choose the port of a loopback IP literal when it starts
    (RFC 8252 §7.3); ``localhost`` has no such freedom (RFC 8252 §8.3).
    """
    known = tuple(registered)
    if requested in known:
        return True
    if application_type != "native":
        return False
    wanted = _without_port(requested)
    return wanted is not None and wanted in map(_without_port, known)


def append(uri: str, params: Sequence[tuple[str, str]], *, fragment: bool) -> str:
    """The URI with an answer on it; its own query stays as it is (RFC 6749 §4.1.2, §4.2.2)."""
    if "#" in uri:
        raise ValueError("a redirect URI has no fragment")
    answer = urlencode(params, quote_via=quote, safe="")
    if not answer:
        return uri
    if fragment:
        return f"{uri}#{answer}"
    if "?" not in uri:
        return f"{uri}?{answer}"
    return f"{uri}{answer}" if uri.endswith(("?", "&")) else f"{uri}&{answer}"


def host_of(uri: str) -> str:
    """What to show to a person: the host in its ASCII form, or a private-use scheme."""
    if match := web_uri.WEB_URI.fullmatch(uri):
        return match["host"].lower()
    scheme = _SCHEME.match(uri)
    return scheme[1].lower() if scheme else ""


def is_loopback(uri: str) -> bool:
    """Does it lead back to the machine of the person (RFC 8252 §7.3)?"""
    return host_of(uri) in web_uri.LOOPBACK_HOSTS


def _private_use(uri: str, *, native: bool) -> re.Match[str]:
    """A scheme that is a reversed domain name, and no authority (RFC 8252 §7.1)."""
    scheme = uri.partition(":")[0]
    if not native or "." not in scheme.strip("."):
        raise ValueError(
            "must use https; native applications may use a scheme of their own that is a reversed"
            " domain name"
        )
    match = _PRIVATE_USE.fullmatch(uri)
    if match is None:
        raise ValueError("must have a single slash after a private-use scheme, then a plain path")
    return match


def _check_query(query: str) -> None:
    names = {unquote_plus(part.partition("=")[0]) for part in re.split("[&;]", query)}
    if taken := sorted(names & RESPONSE_PARAMETERS):
        raise ValueError(f"must not have the response parameter {taken[0]} in its query")


def _without_port(uri: str) -> tuple[str, str] | None:
    match = _LOOPBACK.fullmatch(uri)
    if match is None or not web_uri.is_port(match["port"] or "80"):
        return None
    return match["host"], match["rest"]
