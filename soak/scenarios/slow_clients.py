"""Many slow connections at the shipped nginx: who is quick is served as before."""

from __future__ import annotations

import http.client
import statistics
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from soak.deployment import deployed
from soak.outcome import Outcome, Scale, Scenario
from soak.proxy import NAME, connect, proxied

EACH = 45  # nginx.conf allows 50 connections of one address
HEADERS = (
    f"POST /token HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)
KINDS = (
    "GET /jwks HTTP/1.1\r\nHost: ",  # never gets to the end of its headers
    f"{HEADERS}Content-Length: 1000\r\n\r\ngrant_type=",  # nor of its body
    f"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: {NAME}\r\n\r\n",  # never reads
)
ADDRESSES = {"short": 2, "long": 20, "full": 45}
P99 = 1.0
MADE = 0.9  # of the slow connections, or the quick ones were not tried


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """The quick one asks before, and while all the slow ones hang on."""
    outcome = Outcome()
    settings = {"oidc.issuer": f"https://{NAME}"}
    with ExitStack() as stack:
        place = stack.enter_context(
            deployed(
                storage,
                directory,
                workers_wanted=scale.workers,
                people=1,
                clients=0,
                settings=settings,
                warm=False,
            )
        )
        port = stack.enter_context(proxied(directory / "nginx", place.port))
        before = _quick(outcome, port, scale)
        wanted = ADDRESSES[scale.name] * EACH
        slow, failed = _hang_on(stack, port, ADDRESSES[scale.name])
        meanwhile = _quick(outcome, port, scale)
        outcome.broken += place.unexpected()
    allowed = max(P99, 3 * before) if scale.name == "short" else P99
    outcome.demand(meanwhile <= allowed, f"p99 {meanwhile:.2f} s among slow clients")
    outcome.demand(slow >= MADE * wanted, f"{slow} of {wanted} slow connections: {failed}")
    outcome.figures = {
        "slow connections": slow,
        "wanted": wanted,
        "not made": failed,
        "p99 before ms": round(before * 1000),
        "p99 meanwhile ms": round(meanwhile * 1000),
    }
    return outcome


def _hang_on(stack: ExitStack, port: int, addresses: int) -> tuple[int, dict[str, int]]:
    """From so many addresses, as many connections as one may have: how many were made, and why
    the others were not."""
    made, failed = 0, Counter[str]()
    for number in range(addresses):
        for nth in range(EACH):
            try:
                slow = stack.enter_context(connect(port, f"127.0.1.{number + 1}"))
                slow.send(KINDS[nth % len(KINDS)].encode())
                made += 1
            except OSError as error:
                failed[type(error).__name__] += 1
    return made, dict(failed)


def _quick(outcome: Outcome, port: int, scale: Scale) -> float:
    """The 99th percentile of what a client's server waits for."""
    times = []
    for _ in range(int(scale.rate * 2)):
        began = time.monotonic()
        status = _ask(port)
        times.append(time.monotonic() - began)
        outcome.demand(status in {200, 401}, f"a quick client was answered {status}")
    return statistics.quantiles(times, n=100)[98]


def _ask(port: int) -> int:
    """An introspection without credentials: it reaches the provider, which refuses it."""
    with connect(port, "127.0.0.1") as secured:
        connection = http.client.HTTPConnection(NAME)
        connection.sock = secured
        body = "token=x"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
        connection.request("POST", "/introspect", body, headers)
        response = connection.getresponse()
        response.read()
        return response.status


SCENARIO = Scenario("slow_clients", "Slow clients at the shipped nginx", ("sqlite",), run)
