"""Redirect URIs: which may be registered, which match, and how an answer is put on them.

Matching compares strings (RFC 3986 §6.2.1, RFC 9700 §2.1). Nothing is parsed, normalised or
decoded first, so that no parser can disagree with a browser. What makes this safe is that only
URIs in one plain spelling can be registered.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote_plus, urlencode

LONGEST = 2048
LONGEST_HOST = 253
HIGHEST_PORT = 65_535

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

_CHARACTER = r"[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2}"
_PATH = rf"(?:{_CHARACTER}|/)*"
_QUERY = rf"(?:{_CHARACTER}|[/?])*"
_WEB = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]+))?"
    rf"(?P<path>/{_PATH})?(?:\?(?P<query>{_QUERY}))?"
)
_PRIVATE_USE = re.compile(
    rf"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<path>/(?!/){_PATH})(?:\?(?P<query>{_QUERY}))?"
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_DOT_SEGMENT = re.compile(r"/(?:\.|%2[Ee]){1,2}(?:/|%2[Ff]|$)")
_LOOPBACK = re.compile(
    r"(?P<host>http://(?:127\.0\.0\.1|\[::1\]))(?::(?P<port>[1-9][0-9]{0,4}))?(?P<rest>(?:[/?].*)?)"
)
_DEFAULT_PORT = {"http": "80", "https": "443"}
_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "[::1]", "localhost"})


def check_registered(
    uri: object, *, application_type: str = "web", allow_http_loopback: bool = True
) -> None:
    """Refuse with ``ValueError`` (a sentence for the public) what must not be registered.

    ``https`` is for all; ``http`` for the loopback addresses, of web clients only where
    ``allow_http_loopback`` says so; a private-use scheme for native applications (RFC 8252 §7).
    """
    text = _plain_text(uri)
    if match := _WEB.fullmatch(text):
        _check_host(match["host"])
        _check_port(match["port"])
        if match["scheme"] == "http":
            _check_http(match["host"], application_type, allow_http_loopback)
    elif _SCHEME.match(text) and not re.match("https?:", text, re.IGNORECASE):
        match = _check_private_use(text, application_type)
    else:
        raise ValueError("must be https://host/path in lower-case ASCII, without user information")
    _check_path(match["path"] or "")
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


def origin_of(uri: str) -> str | None:
    """The web origin as browsers send it, or ``None`` where there is none (RFC 6454 §6.2)."""
    match = _WEB.fullmatch(uri)
    if match is None:
        return None
    scheme, host, port = match["scheme"], match["host"].lower(), match["port"]
    if port is None or port == _DEFAULT_PORT[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def host_of(uri: str) -> str:
    """What to show to a person: the host in its ASCII form, or a private-use scheme."""
    if match := _WEB.fullmatch(uri):
        return match["host"].lower()
    scheme = _SCHEME.match(uri)
    return scheme[1].lower() if scheme else ""


def is_loopback(uri: str) -> bool:
    """Does it lead back to the machine of the person (RFC 8252 §7.3)?"""
    return host_of(uri) in _LOOPBACK_HOSTS


def _plain_text(uri: object) -> str:
    if not isinstance(uri, str) or not uri:
        raise ValueError("must be a text that is not empty")
    if len(uri) > LONGEST:
        raise ValueError(f"must not be longer than {LONGEST} characters")
    if not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        raise ValueError("must be printable ASCII without spaces or backslashes")
    if "#" in uri:
        raise ValueError("must not have a fragment, not even an empty one")
    if "*" in uri:
        raise ValueError("must not have a wildcard")
    return uri


def _check_host(host: str) -> None:
    if host.startswith("["):
        _check_ipv6(host[1:-1])
        return
    labels = host.split(".")
    if len(host) > LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("must have a host of non-empty labels, without a dot at the end")
    if re.fullmatch(r"[0-9]+|0[xX][0-9A-Fa-f]*", labels[-1]):
        _check_ipv4(host)


def _check_ipv6(address: str) -> None:
    try:
        canonical = str(ipaddress.IPv6Address(address))
    except ValueError:
        raise ValueError("must have a valid IPv6 address in the brackets") from None
    if canonical != address:
        raise ValueError("must spell the IPv6 address in its short lower-case form")


def _check_ipv4(host: str) -> None:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise ValueError("must spell an IPv4 address as four decimal numbers") from None


def _check_port(port: str | None) -> None:
    if port is not None and not (_PORT.fullmatch(port) and int(port) <= HIGHEST_PORT):
        raise ValueError("must have a port from 1 to 65535")


def _check_http(host: str, application_type: str, allow_loopback: bool) -> None:
    if host not in _LOOPBACK_HOSTS:
        raise ValueError("must use https; http is for loopback addresses only")
    if application_type != "native" and not allow_loopback:
        raise ValueError("must use https; http to a loopback address is for native applications")


def _check_private_use(uri: str, application_type: str) -> re.Match[str]:
    scheme = uri.partition(":")[0]
    if application_type != "native" or "." not in scheme.strip("."):
        raise ValueError(
            "must use https; native applications may use a scheme of their own that is a reversed"
            " domain name"
        )
    match = _PRIVATE_USE.fullmatch(uri)
    if match is None:
        raise ValueError("must have a single slash after a private-use scheme, then a plain path")
    return match


def _check_path(path: str) -> None:
    if _DOT_SEGMENT.search(path):
        raise ValueError("must not have dot segments in the path")


def _check_query(query: str) -> None:
    names = {unquote_plus(part.partition("=")[0]) for part in re.split("[&;]", query)}
    if taken := sorted(names & RESPONSE_PARAMETERS):
        raise ValueError(f"must not have the response parameter {taken[0]} in its query")


def _without_port(uri: str) -> tuple[str, str] | None:
    match = _LOOPBACK.fullmatch(uri)
    if match is None or int(match["port"] or 1) > HIGHEST_PORT:
        return None
    return match["host"], match["rest"]
