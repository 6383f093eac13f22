"""Fetching what clients name (jwks_uri, request_uri, logout URIs) without being sent astray.

The name is resolved once, every address is vetted, and the connection goes to a vetted address
with the certificate checked against the name. No redirects, no compression, a deadline over the
whole exchange at which the connection is cut, a limit on the answer's size, few at a time for one
host (OWASP SSRF; RFC 9126 §7, RFC 7591 §5).
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse

from pyramid.exceptions import ConfigurationError

from oidc_pyramid.fetch_line import Line, Turns
from oidc_pyramid.fetch_target import Address, FetchRefused, Target, is_public, target_of
from oidc_pyramid.settings import Settings

__all__ = ["FetchRefused", "Fetched", "Fetcher"]

THREADS = 8
PER_HOST = 2
CONNECT = 2
CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status."""

    status: int
    content_type: str
    body: bytes
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, until when it may take (monotonic seconds), and its connection."""

    method: str
    target: Target
    body: bytes | None
    headers: Mapping[str, str]
    end: float
    line: Line = field(default_factory=Line)

    def left(self) -> float:
        """Seconds; raises ``FetchRefused`` when there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise FetchRefused("no answer before the deadline")
        return left


class Fetcher:
    """Made once per process from the settings; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._allowed = tuple(ipaddress.ip_network(net) for net in settings.fetch_allow)
        self._timeout = settings.fetch_timeout
        self._max_bytes = settings.fetch_max_bytes
        self._bundle = settings.fetch_ca_bundle
        if self._bundle:
            _ = self._tls  # a file that is none stops the start-up
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="oidc-fetch")
        self._turns = Turns(PER_HOST)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Reading the certificates of the system takes 30 ms: not before somebody is asked."""
        return _trust(self._bundle)

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
        """In a thread of its own, because a resolver can't be interrupted. Its turn at the host is
        over when that thread is, so that a name that hangs takes no more than its share."""
        target = target_of(url)
        end = time.monotonic() + self._timeout
        exchange = Exchange(method, target, body, headers, end)
        if not self._turns.take(target.host, self._timeout):
            raise FetchRefused("too many fetches from this host at the same time")
        work = self._threads.submit(self._exchange, exchange)
        work.add_done_callback(lambda _: self._turns.give_back(target.host))
        try:
            return work.result(timeout=max(0.0, end - time.monotonic()))
        except TooLate as error:
            work.cancel()
            exchange.line.cut()
            raise FetchRefused("no answer before the deadline") from error

    def _exchange(self, exchange: Exchange) -> Fetched:
        addresses = self._resolve(exchange.target)
        if not exchange.target.secure and not all(map(self._is_allowed, addresses)):
            raise FetchRefused("http is for allowed addresses only")
        try:
            with closing(exchange.line), self._connected(exchange, addresses[0]) as connection:
                return _read(_asked(exchange, connection), exchange, self._max_bytes)
        except (HTTPException, OSError) as error:
            raise FetchRefused(f"{type(error).__name__}: {error}") from error

    def _connected(self, exchange: Exchange, address: Address) -> socket.socket:
        """To this address alone; the certificate is of the name."""
        target, left = exchange.target, exchange.left()
        place = (str(address), target.port)
        connection = socket.create_connection(place, timeout=min(CONNECT, left))
        try:
            exchange.line.hold(connection)
            connection.settimeout(exchange.left())
            if not target.secure:
                return connection
            return self._tls.wrap_socket(connection, server_hostname=target.host)
        except BaseException:
            connection.close()
            raise

    def _resolve(self, target: Target) -> list[Address]:
        """All of its addresses, or none: one internal answer is enough to refuse."""
        host = target.host
        try:
            found = socket.getaddrinfo(host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
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
        context = ssl.create_default_context(cafile=bundle or None)
    except OSError as error:
        raise ConfigurationError(
            f"oidc.fetch_ca_bundle = {bundle} is no file of certificates: {error}"
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def _asked(exchange: Exchange, connection: socket.socket) -> HTTPResponse:
    """The head of the answer. ``http.client`` follows nothing and unpacks nothing."""
    http = HTTPConnection(exchange.target.host, exchange.target.port)
    http.sock = connection
    http.putrequest(
        exchange.method, exchange.target.path, skip_host=True, skip_accept_encoding=True
    )
    fixed = {"Host": exchange.target.named, "Accept-Encoding": "identity", "Connection": "close"}
    length = {} if exchange.body is None else {"Content-Length": str(len(exchange.body))}
    for name, value in {**fixed, **exchange.headers, **length}.items():
        http.putheader(name, value)
    http.endheaders(exchange.body)
    return http.getresponse()


def _read(response: HTTPResponse, exchange: Exchange, limit: int) -> Fetched:
    body = b""
    with response:
        while chunk := response.read1(CHUNK):
            body += chunk
            if len(body) > limit:
                raise FetchRefused(f"the answer is larger than {limit} bytes")
            exchange.left()
    kind = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(response.status, kind, body, _max_age(response.getheader("Cache-Control", "")))


def _max_age(header: str) -> int | None:
    for directive in _directives(header):
        name, _, value = directive.partition("=")
        if name.strip().lower() == "max-age" and value.strip().isdecimal():
            return int(value)
    return None


def _directives(header: str) -> Sequence[str]:
    return header[:500].split(",")
