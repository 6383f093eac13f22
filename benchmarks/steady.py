"""Does the database stop growing? ``python benchmarks/steady.py`` (five minutes, then two without).

Lifetimes are cut to less than a minute and the sweep runs every two seconds, so that what takes months
is seen in minutes. Clients make sign-ins, code flows and refreshes at a steady rate; the server sweeps,
and packs its database every half minute. Then the same without sweep and pack.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from browser import Browser
from ours import populate, provider_settings, started
from pyramid.paster import get_appsettings
from served import Served, free_port, write_ini
from targets import CLIENT_ID, OURS, PEOPLE
from workloads import flow, sign_in, token

ROOT = Path(__file__).parent.parent
SHORT = {
    "use": "call:steady_app:main",
    "oidc.refresh_expire": "30s",
    "oidc.refresh_absolute_expire": "30s",
    "oidc.code_expire": "10s",
    "oidc.token_expire": "15s",
    "oidc.session_expire": "45s",
    "oidc.session_idle": "45s",
}
CLIENTS = 4
FLOWS_A_SIGN_IN = 40
EVERY = 10.0
COLUMNS = (
    "",
    "seconds",
    "code flows so far",
    "authorizations removed",
    "packs",
    "database, MiB",
    "memory, MiB",
    "slowest of the last 10 s, ms",
)
REMOVED = re.compile(r"(\d+) authorizations")
PACKED = re.compile(r"packed in ([\d.]+) s")


def main() -> None:
    """Both runs; then the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs=2, default=[5.0, 2.0])
    parser.add_argument("--pack-every", type=float, default=30.0)
    parser.add_argument("--storage", default="SQLite", choices=["SQLite", "FileStorage"])
    parser.add_argument("--rate", type=float, default=24.0, help="code flows a second at most")
    parser.add_argument("--json", default=str(ROOT / "benchmarks" / "results" / "steady.json"))
    options = parser.parse_args()
    runs = {}
    for minutes, tidy in zip(options.minutes, (True, False), strict=True):
        with tempfile.TemporaryDirectory() as name:
            rows = _run(Path(name), options, minutes, tidy=tidy)
        runs["swept and packed" if tidy else "neither"] = rows
    Path(options.json).parent.mkdir(exist_ok=True)
    Path(options.json).write_text(json.dumps(runs, indent=1) + "\n")
    print(table(runs))


def _run(
    here: Path, options: argparse.Namespace, minutes: float, *, tidy: bool
) -> list[dict[str, Any]]:
    port = free_port()
    section = provider_settings(here, options.storage, "ES256", port) | SHORT
    section["oidc.sweep_interval"] = "2s" if tidy else "0"
    section["bench.pack_every"] = str(options.pack_every if tidy else 0)
    ini = write_ini(here, section | {"use": "egg:oidc_pyramid"}, port)
    populate(get_appsettings(str(ini)))
    ini = write_ini(here, section, port)
    with started(here, ini, port, "waitress") as served:
        return _watch(served, options.rate, minutes)


def _watch(served: Served, rate: float, minutes: float) -> list[dict[str, Any]]:
    over, counts = threading.Event(), [[0, 0, 0] for _ in range(CLIENTS)]
    threads = [
        threading.Thread(target=_client, args=(served.port, n, rate / CLIENTS, over, counts[n]))
        for n in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    began, rows = time.monotonic(), []
    while (passed := time.monotonic() - began) < minutes * 60:
        over.wait(EVERY)
        rows.append({"seconds": passed + EVERY, **_sample(served, counts)})
        print(rows[-1], flush=True)
    over.set()
    for thread in threads:
        thread.join()
    return rows


def _client(port: int, number: int, rate: float, over: threading.Event, counts: list[int]) -> None:
    """Sign in now and then; in between code flows, each with a refresh."""
    turn = 0
    while not over.is_set():
        if turn % FLOWS_A_SIGN_IN == 0:
            browser = Browser(port)
            sign_in(browser, OURS, f"user{(number + turn) % PEOPLE}")
        turn, began = turn + 1, time.perf_counter()
        try:
            tokens = flow(browser, OURS)
            body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
            token(browser, OURS, CLIENT_ID, **body)
            counts[0] += 1
        except Exception as error:  # noqa: BLE001 - counted and shown
            counts[1] += 1
            print(f"{type(error).__name__}: {error}"[:200], flush=True)
            turn = 0
        counts[2] = max(counts[2], int((time.perf_counter() - began) * 1000))
        over.wait(max(0.0, 1 / rate - (time.perf_counter() - began)))


def _sample(served: Served, counts: list[list[int]]) -> dict[str, Any]:
    log = (served.here / "server.log").read_text()
    sample = {
        "flows": sum(one[0] for one in counts),
        "errors": sum(one[1] for one in counts),
        "longest_ms": max(one[2] for one in counts),
        "removed": sum(int(number) for number in REMOVED.findall(log)),
        "packs": len(PACKED.findall(log)),
        "database_mib": served.database_bytes() / 2**20,
        "memory_mib": served.memory_mib(),
    }
    for one in counts:
        one[2] = 0
    return sample


def table(runs: dict[str, list[dict[str, Any]]]) -> str:
    """As Markdown: every half minute."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|---|{'--:|' * (len(COLUMNS) - 1)}"]
    for name, rows in runs.items():
        lines += [
            f"| {name} | {row['seconds']:.0f} | {row['flows']} | {row['removed']} | {row['packs']} "
            f"| {row['database_mib']:.1f} | {row['memory_mib']:.0f} | {row['longest_ms']} |"
            for row in rows[2::3]
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
