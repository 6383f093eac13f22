"""Fetching what clients name (jwks_uri, request_uri, logout URIs) without being sent astray.

The name is resolved once, every address is vetted, and the connection goes to a vetted address
with the certificate checked against the name. No redirects, no compression, a deadline over the
whole exchange, a limit on the answer's size (OWASP SSRF; RFC 9126 §7, RFC 7591 §5).
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from pyramid.exceptions import ConfigurationError

from oidc_pyramid.settings import Settings

NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
CHUNK = 16_384
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchRefused(Exception):
    """The address may not be fetched, or the answer may not be used. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status."""

    status: int
    content_type: str
    body: bytes
    max_age: int | None = None


class Fetcher:
    """Made once per process from the settings; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._allowed = tuple(ipaddress.ip_network(net) for net in settings.fetch_allow)
        self._timeout = settings.fetch_timeout
        self._max_bytes = settings.fetch_max_bytes
        self._tls = _trust(settings.fetch_ca_bundle)
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="oidc-fetch")

    def get(self, url: str, *, accept: str = "application/json") -> Fetched:
        """GET; raises ``FetchRefused``."""
        return self._within_deadline("GET", url, None, {"Accept": accept})

    def post_form(self, url: str, body: bytes) -> Fetched:
        """POST of a form; raises ``FetchRefused``."""
        kind = "application/x-www-form-urlencoded"
        return self._within_deadline("POST", url, body, {"Content-Type": kind})

    def _within_deadline(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Fetched:
        """In a thread of its own: neither the resolver nor dripping headers can hold us."""
        end = time.monotonic() + self._timeout
        work = self._threads.submit(self._exchange, method, url, body, headers, end)
        try:
            return work.result(timeout=self._timeout)
        except TooLate as error:
            work.cancel()
            raise FetchRefused("no answer before the deadline") from error

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], end: float
    ) -> Fetched:
        parts, host, port = split(url)
        addresses = self._resolve(host, port)
        if parts.scheme == "http" and not all(self._is_allowed(a) for a in addresses):
            raise FetchRefused("http is for allowed addresses only")
        pool = self._pool(parts.scheme, str(addresses[0]), host, port)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            response = pool.urlopen(
                method,
                path,
                body=body,
                headers={"Host": _host_header(parts), "Accept-Encoding": "identity", **headers},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            return _read(response, end, self._max_bytes)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise FetchRefused(f"{type(error).__name__}: {error}") from error
        finally:
            pool.close()

    def _pool(self, scheme: str, address: str, host: str, port: int) -> Any:
        timeout = urllib3.Timeout(connect=min(2, self._timeout), read=self._timeout)
        if scheme == "http":
            return urllib3.HTTPConnectionPool(address, port, timeout=timeout, maxsize=1)
        return urllib3.HTTPSConnectionPool(
            address,
            port,
            timeout=timeout,
            maxsize=1,
            ssl_context=self._tls,
            server_hostname=host,
            assert_hostname=host,
        )

    def _resolve(self, host: str, port: int) -> list[Address]:
        """All of its addresses, or none: one internal answer is enough to refuse."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise FetchRefused(f"{host} has no address") from error
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        for address in addresses:
            if not is_public(address) and not self._is_allowed(address):
                raise FetchRefused(f"{host} is at {address}, which is not public")
        if not addresses:
            raise FetchRefused(f"{host} has no address")
        return addresses

    def _is_allowed(self, address: Address) -> bool:
        return any(
            address.version == network.version and address in network for network in self._allowed
        )


def _trust(bundle: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=bundle or None)
    except OSError as error:
        raise ConfigurationError(
            f"oidc.fetch_ca_bundle = {bundle} is no file of certificates: {error}"
        ) from error


def split(url: str) -> tuple[SplitResult, str, int]:
    """Its parts, host and port; raises ``FetchRefused`` for what no client may name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchRefused("not an address") from error
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
        raise FetchRefused("not an https address, or one with user information")
    if not url.isascii() or any(c in url for c in "\\ \r\n\t"):
        raise FetchRefused("an odd character in the address")
    return parts, parts.hostname, port or (443 if parts.scheme == "https" else 80)


def is_public(address: Address) -> bool:
    """Global unicast, also behind the addresses that embed another."""
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is not None:
            return is_public(embedded)
        if address in NAT64 or address in NAT64_LOCAL or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _host_header(parts: SplitResult) -> str:
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    return name if parts.port is None else f"{name}:{parts.port}"


def _read(response: Any, end: float, limit: int) -> Fetched:
    body = b""
    while chunk := response.read1(CHUNK):
        body += chunk
        if len(body) > limit:
            raise FetchRefused(f"the answer is larger than {limit} bytes")
        if time.monotonic() > end:
            raise FetchRefused("the answer is too slow")
    headers = response.headers
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(response.status, kind, body, _max_age(headers.get("Cache-Control", "")))


def _max_age(header: str) -> int | None:
    for directive in _directives(header):
        name, _, value = directive.partition("=")
        if name.strip().lower() == "max-age" and value.strip().isdigit():
            return int(value)
    return None


def _directives(header: str) -> Sequence[str]:
    return header[:500].split(",")
