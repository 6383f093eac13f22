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
STYLE = "GET /static/oidc.css HTTP/1.1"
ASKED = 4  # times 20 KB by each reader: 50 KB go into the buffers of a narrow connection
KINDS = (
    "GET /jwks HTTP/1.1\r\nHost: ",  # never gets to the end of its headers
    f"{HEADERS}Content-Length: 1000\r\n\r\ngrant_type=",  # nor of its body
    f"{STYLE}\r\nHost: {NAME}\r\n\r\n" * ASKED,  # never reads
)
READER = 2
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
        made, failed = _hang_on(stack, port, ADDRESSES[scale.name])
        meanwhile = _quick(outcome, port, scale)
        untaken, readers = _untaken(directory / "nginx" / "oidc.log", made), made[READER]
        outcome.broken += place.unexpected()
    allowed = max(P99, 3 * before) if scale.name == "short" else P99
    outcome.demand(meanwhile <= allowed, f"p99 {meanwhile:.2f} s among slow clients")
    slow = made.total()
    outcome.demand(slow >= MADE * wanted, f"{slow} of {wanted} slow connections: {failed}")
    outcome.demand(untaken >= readers, f"{untaken} answers wait for {readers} readers")
    outcome.figures = {
        "slow connections": slow,
        "answers that wait for a reader": untaken,
        "wanted": wanted,
        "not made": failed,
        "p99 before ms": round(before * 1000),
        "p99 meanwhile ms": round(meanwhile * 1000),
    }
    return outcome


def _hang_on(stack: ExitStack, port: int, addresses: int) -> tuple[Counter[int], dict[str, int]]:
    """From so many addresses, as many connections as one may have: how many of each kind were
    made, and why the others were not."""
    made, failed = Counter[int](), Counter[str]()
    for number in range(addresses):
        for nth in range(EACH):
            kind, address = nth % len(KINDS), f"127.0.1.{number + 1}"
            try:
                slow = stack.enter_context(connect(port, address, narrow=kind == READER))
                slow.send(KINDS[kind].encode())
                made[kind] += 1
            except OSError as error:
                failed[type(error).__name__] += 1
    return made, dict(failed)


def _untaken(log: Path, made: Counter[int]) -> int:
    """What readers have asked for and the proxy could not send: it logs an answer when it is rid
    of it."""
    return ASKED * made[READER] - log.read_text().count(STYLE)


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
