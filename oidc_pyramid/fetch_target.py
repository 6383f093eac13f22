"""Where an address that a client names leads, and whether we go there (OWASP SSRF)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

UNICAST = ipaddress.ip_network("2000::/3")  # all that is given out so far (RFC 4291 §2.4)
DOCUMENTATION = ipaddress.ip_network("3fff::/20")
SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24")))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchRefused(Exception):
    """The address may not be fetched, or the answer may not be used. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Target:
    """An http or https address in its parts; ``host`` has no brackets."""

    secure: bool
    host: str
    port: int
    named: str
    path: str


def target_of(url: str) -> Target:
    """Raises ``FetchRefused`` for what no client may name."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise FetchRefused("not an address") from error
    if parts.scheme not in ("https", "http") or not host or "@" in parts.netloc:
        raise FetchRefused("not an https address, or one with user information")
    if not url.isascii() or any(c <= " " or c in "\\\x7f" for c in url):
        raise FetchRefused("an odd character in the address")
    secure = parts.scheme == "https"
    return Target(
        secure=secure,
        host=host,
        port=port or (443 if secure else 80),
        named=(f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}"),
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def is_public(address: Address) -> bool:
    """Global unicast, also behind the addresses that embed another."""
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is not None:
            return is_public(embedded)
        if address not in UNICAST or address in DOCUMENTATION or address.teredo is not None:
            return False
    elif any(address in network for network in SPECIAL):
        return False
    return address.is_global and not address.is_multicast
