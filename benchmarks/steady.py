"""Does the database stop growing? ``python benchmarks/steady.py`` (five minutes, then two without).

Lifetimes are cut to less than a minute and the sweep runs every two seconds, so that what takes months
is seen in minutes. Clients make sign-ins, code flows and refreshes at a steady rate; the server sweeps
and packs its database by its own settings. Then the same without sweep and pack. An hour:
``python benchmarks/steady.py --minutes 60 0 --rate 5 --pack-every 2m --json hour.json``, and
``python benchmarks/steady.py --table hour.json``.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
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
SIGN_IN_EVERY = 25.0  # seconds; a session lasts 45
REFRESHES = 5
EVERY = 10.0
ROWS = 10
COLUMNS = (
    "",
    "minutes",
    "code flows so far",
    "failed",
    "authorizations removed",
    "packs",
    "database since the row above, MiB",
    "memory, MiB",
    "slowest flow or refresh since then, ms",
)
REMOVED = re.compile(r"(\d+) authorizations")
PACKED = re.compile(r"packed in ([\d.]+) s")


def main() -> None:
    """Both runs; then the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs=2, default=[5.0, 2.0])
    parser.add_argument("--pack-every", default="30s")
    parser.add_argument("--storage", default="SQLite", choices=["SQLite", "FileStorage"])
    parser.add_argument("--rate", type=float, default=24.0, help="code flows a second at most")
    parser.add_argument("--json", default=str(ROOT / "benchmarks" / "results" / "steady.json"))
    parser.add_argument("--table", nargs="+", help="show what was measured, and measure nothing")
    options = parser.parse_args()
    files = options.table or [options.json]
    if not options.table:
        _measure(options)
    print(table([json.loads(Path(name).read_text()) for name in files]))


def _measure(options: argparse.Namespace) -> None:
    """What is known so far is in the file at any time."""
    runs: dict[str, list[dict[str, Any]]] = {}
    Path(options.json).parent.mkdir(exist_ok=True)
    for minutes, tidy in zip(options.minutes, (True, False), strict=True):
        rows = runs[f"{options.storage}, {'swept and packed' if tidy else 'neither'}"] = []
        with tempfile.TemporaryDirectory() as name:
            for row in _run(Path(name), options, minutes, tidy=tidy) if minutes else ():
                rows.append(row)
                Path(options.json).write_text(json.dumps(runs, indent=1) + "\n")


def _run(
    here: Path, options: argparse.Namespace, minutes: float, *, tidy: bool
) -> Iterator[dict[str, Any]]:
    port = free_port()
    section = provider_settings(here, options.storage, "ES256", port) | SHORT
    section["oidc.sweep_interval"] = "2s" if tidy else "0"
    section["oidc.pack_interval"] = options.pack_every if tidy else "0"
    ini = write_ini(here, section | {"use": "egg:oidc_pyramid"}, port)
    populate(get_appsettings(str(ini)))
    ini = write_ini(here, section, port)
    with started(here, ini, port, "waitress") as served:
        yield from _watch(served, options.rate, minutes)


def _watch(served: Served, rate: float, minutes: float) -> Iterator[dict[str, Any]]:
    over, counts = threading.Event(), [[0, 0, 0] for _ in range(CLIENTS)]
    threads = [
        threading.Thread(target=_client, args=(served.port, n, rate / CLIENTS, over, counts[n]))
        for n in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    try:
        while time.monotonic() - began < minutes * 60:
            over.wait(EVERY)
            row = {"seconds": time.monotonic() - began, **_sample(served, counts)}
            print(row, flush=True)
            yield row
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _client(port: int, number: int, rate: float, over: threading.Event, counts: list[int]) -> None:
    """Sign in now and then; in between code flows, each with a few refreshes."""
    turn, signed_in = 0, 0.0
    while not over.is_set():
        began = time.perf_counter()
        if not signed_in or began - signed_in > SIGN_IN_EVERY:
            browser, turn, signed_in = Browser(port), turn + 1, began
            sign_in(browser, OURS, f"user{(number + turn * CLIENTS) % PEOPLE}")
        try:
            tokens = _timed(counts, partial(flow, browser, OURS))
            for _ in range(REFRESHES):
                body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
                tokens = _timed(counts, partial(token, browser, OURS, CLIENT_ID, **body))
            counts[0] += 1
        except Exception as error:  # noqa: BLE001 - counted and shown
            counts[1] += 1
            print(f"{type(error).__name__}: {error}"[:200], flush=True)
            signed_in = 0.0
        over.wait(max(0.0, 1 / rate - (time.perf_counter() - began)))


def _timed(counts: list[int], work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    try:
        return work()
    finally:
        counts[2] = max(counts[2], int((time.perf_counter() - began) * 1000))


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


def table(files: list[dict[str, list[dict[str, Any]]]]) -> str:
    """As Markdown: about ten rows of each run."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|---|{'--:|' * (len(COLUMNS) - 1)}"]
    for name, rows in ((name, rows) for runs in files for name, rows in runs.items()):
        step = max(1, len(rows) // ROWS)
        lines += [_line(name, rows[end - step : end]) for end in range(step, len(rows) + 1, step)]
    return "\n".join(lines)


def _line(name: str, rows: list[dict[str, Any]]) -> str:
    last, sizes = rows[-1], [row["database_mib"] for row in rows]
    return (
        f"| {name} | {last['seconds'] / 60:.1f} | {last['flows']} | {last['errors']} "
        f"| {last['removed']} | {last['packs']} | {min(sizes):.1f} to {max(sizes):.1f} "
        f"| {last['memory_mib']:.0f} | {max(row['longest_ms'] for row in rows)} |"
    )


if __name__ == "__main__":
    main()
