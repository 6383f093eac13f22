"""``https`` URIs in one plain spelling, which every parser reads alike (RFC 3986)."""

from __future__ import annotations

import ipaddress
import re

LONGEST = 2048
LONGEST_HOST = 253
HIGHEST_PORT = 65_535
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "[::1]", "localhost"})

_CHARACTER = r"[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2}"
PATH = rf"(?:{_CHARACTER}|/)*"
QUERY = rf"(?:{_CHARACTER}|[/?])*"
WEB_URI = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]+))?"
    rf"(?P<path>/{PATH})?(?:\?(?P<query>{QUERY}))?(?:#(?P<fragment>{QUERY}))?"
)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_DEFAULT_PORT = {"http": "80", "https": "443"}


def check(uri: object, *, allow_http_loopback: bool = False) -> re.Match[str]:
    """The parts of the URI; ``ValueError`` (a sentence for the public) says what is wrong.

    ``http`` is for loopback addresses, where the caller allows it; user information never.
    """
    match = WEB_URI.fullmatch(plain_text(uri))
    if match is None:
        raise ValueError("must be https://host/path in plain ASCII, without user information")
    _check_host(match["host"])
    if match["port"] is not None and not is_port(match["port"]):
        raise ValueError(f"must have a port from 1 to {HIGHEST_PORT}")
    if match["scheme"] == "http" and not (allow_http_loopback and match["host"] in LOOPBACK_HOSTS):
        raise ValueError("must use https; http is for loopback addresses, where it is allowed")
    return match


def plain_text(uri: object) -> str:
    """The URI itself, if it is a text of printable ASCII characters of a sane length."""
    if not isinstance(uri, str) or not uri:
        raise ValueError("must be a text that is not empty")
    if len(uri) > LONGEST:
        raise ValueError(f"must not be longer than {LONGEST} characters")
    if not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        raise ValueError("must be printable ASCII without spaces or backslashes")
    return uri


def is_port(text: str) -> bool:
    """A port that something can listen on, without leading zeros."""
    return _PORT.fullmatch(text) is not None and int(text) <= HIGHEST_PORT


def origin_of(uri: str) -> str | None:
    """The web origin as browsers send it, or ``None`` where there is none (RFC 6454 §6.2)."""
    match = WEB_URI.fullmatch(uri)
    if match is None:
        return None
    scheme, host, port = match["scheme"], match["host"].lower(), match["port"]
    if port is None or port == _DEFAULT_PORT[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def _check_host(host: str) -> None:
    if host.startswith("["):
        _check_ipv6(host[1:-1])
        return
    labels = host.split(".")
    if len(host) > LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("must have a host of non-empty labels, without a dot at the end")
    if _NUMBER.fullmatch(labels[-1]):
        _check_ipv4(host)


def _check_ipv6(address: str) -> None:
    try:
        canonical = str(ipaddress.IPv6Address(address))
    except ValueError:
        raise ValueError("must have a valid IPv6 address in the brackets") from None
    if canonical != address:
        raise ValueError("must spell the IPv6 address in its short lower-case form")


def _check_ipv4(host: str) -> None:
    """Browsers read ``127.1``, ``0x7f.1`` and ``2130706433`` as addresses too."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise ValueError("must spell an IPv4 address as four decimal numbers") from None
