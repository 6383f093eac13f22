"""Measure the served provider beside other providers and its floor: ``make bench``.

All servers run at once and wait; each cell of the table is measured on one after the other, so that a
busy moment strikes all of them alike. Compare ratios and processor time; the rest is this machine,
today. ``--compare a.json b.json`` shows what has changed between two revisions.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from compare import compare
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from databases import STORAGES, there
from load import Crowd, Figures, measure
from ours import bare, provider
from peers.contestants import PEERS, available
from report import write
from served import Served
from servers import SERVERS, installed
from targets import OURS, Target
from workloads import WORKLOADS, Unsupported

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PAIRS = (
    ("SQLite", "granian, 1 thread", "RS256"),
    ("SQLite", "granian, 1 thread", "ES256"),
    ("SQLite", "granian, 2 threads", "RS256"),
    ("SQLite", "waitress", "RS256"),
    ("SQLite", "gunicorn, 2 x 4", "RS256"),
    ("FileStorage", "granian, 1 thread", "RS256"),
    ("FileStorage", "waitress", "RS256"),
    ("PostgreSQL", "granian, 1 thread", "RS256"),
    ("ZEO", "granian, 1 thread", "RS256"),
)
BARE = "bare view"
CHOSEN = ("storage", "server", "alg", "concurrency", "workload", "peer")
PAGE = ROOT / "docs" / "explanation" / "performance.md"
PARTIAL = ROOT / "artifacts" / "performance.md"


@dataclass
class Contestant:
    """A server that takes part, and what is known of it."""

    label: str
    kind: str
    serve: Callable[[Path], AbstractContextManager[Served]]
    target: Target
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def workloads(self) -> tuple[str, ...]:
        """The floor has one."""
        return (BARE,) if self.kind == "floor" else tuple(WORKLOADS)


def main() -> None:
    """Every contestant, every workload, every concurrency; then the tables and the plot."""
    options = _options()
    if options.compare:
        print(compare(*(json.loads(Path(path).read_text()) for path in options.compare)))
        return
    results = run(options)
    output = Path(options.json)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(results, indent=1) + "\n")
    page = Path(options.page)
    page.parent.mkdir(parents=True, exist_ok=True)
    write(results, page)
    print(f"written: {output}, {page} and its picture")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each cell")
    parser.add_argument("--rounds", type=int, default=1, help="the median counts")
    known = {name.lower(): name for name in STORAGES}
    parser.add_argument(
        "--storage",
        nargs="+",
        type=lambda name: known.get(name.lower(), name),
        choices=list(STORAGES),
    )
    parser.add_argument("--server", nargs="+", choices=list(SERVERS))
    parser.add_argument("--alg", nargs="+", choices=["RS256", "ES256"])
    parser.add_argument("--concurrency", nargs="+", type=int, default=[1, 8, 32])
    parser.add_argument("--workload", nargs="+", default=list(WORKLOADS), choices=list(WORKLOADS))
    parser.add_argument("--peer", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--json", default=str(RESULTS / f"{_revision()}.json"), help="the figures")
    parser.add_argument(
        "--page",
        help="tables, and a picture beside it (docs/explanation/performance.md; where something is "
        "left out, artifacts/performance.md)",
    )
    parser.add_argument("--compare", nargs=2, metavar=("BEFORE", "AFTER"), help="of two such files")
    options = parser.parse_args()
    usual = vars(parser.parse_args([]))
    whole = all(getattr(options, name) == usual[name] for name in CHOSEN)
    options.page = options.page or str(PAGE if whole else PARTIAL)
    return options


def contestants(options: argparse.Namespace) -> list[Contestant]:
    """Ours, the floor of each server, and the peers that can be had here."""
    chosen = list(_chosen(options))
    ours = [
        Contestant(
            ", ".join(one),
            "ours",
            partial(provider, storage=one[0], server=one[1], alg=one[2]),
            OURS,
            dict(zip(("storage", "server", "alg"), one, strict=True)),
        )
        for one in chosen
    ]
    floors = [
        Contestant(
            f"bare view, {name}", "floor", partial(bare, server=name), OURS, {"server": name}
        )
        for name in dict.fromkeys(one[1] for one in chosen)
    ]
    peers = [Contestant(name, "peer", *PEERS[name]) for name in options.peer if available(name)]
    return ours + floors + peers


def _chosen(options: argparse.Namespace) -> Iterator[tuple[str, str, str]]:
    """The usual pairs; where something is named, every combination of what is named."""
    named = (options.storage, options.server, options.alg)
    every = [
        (storage, server, alg)
        for storage in options.storage or STORAGES
        for server in options.server or ("waitress", "granian, 1 thread")
        for alg in options.alg or ("RS256",)
    ]
    for one in every if any(named) else PAIRS:
        if installed(one[1]) and there(one[0]):
            yield one
        else:
            print(f"{one[0]} or {one[1]} is not installed: left out")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Start all, measure cell by cell, stop all."""
    began, load = time.monotonic(), os.getloadavg()[0]
    taking_part = contestants(options)
    cells: list[dict[str, Any]] = []
    with ExitStack() as stack:
        crowds = {one.label: stack.enter_context(_started(one)) for one in taking_part}
        for workload in (BARE, *options.workload):
            for concurrency in options.concurrency:
                for one in taking_part:
                    if workload in one.workloads:
                        cells += _cell(one, crowds[one.label], workload, concurrency, options)
        for one in taking_part:
            one.facts["memory_mib"] = crowds[one.label].served.memory_mib()
    return {
        "machine": _machine() | {"load_before": load, "took_s": time.monotonic() - began},
        "rs256_ms": _signature(),
        "contestants": {one.label: {"kind": one.kind, **one.facts} for one in taking_part},
        "cells": cells,
    }


@contextmanager
def _started(one: Contestant) -> Iterator[Crowd]:
    with tempfile.TemporaryDirectory() as name, one.serve(Path(name)) as served:
        one.facts |= {"start_s": served.started_in, "idle_mib": served.idle_mib}
        print(f"{one.label}: first answer after {served.started_in:.2f} s", flush=True)
        yield Crowd(served, one.target)


def _cell(
    one: Contestant, crowd: Crowd, workload: str, concurrency: int, options: argparse.Namespace
) -> list[dict[str, Any]]:
    try:
        rounds = [
            measure(crowd, workload, concurrency=concurrency, seconds=options.seconds)
            for _ in range(options.rounds)
        ]
    except Unsupported:
        return []
    _say(one.label, rounds[-1])
    rows = [found.row() for found in rounds]
    middle = {
        name: median(row[name] for row in rows) if isinstance(value, int | float) else value
        for name, value in rows[0].items()
    }
    return [{"contestant": one.label, **middle, "errors": sum(row["errors"] for row in rows)}]


def _say(label: str, cell: Figures) -> None:
    print(
        f"{label:26} {cell.workload:24} c={cell.concurrency:<3} {cell.per_second:8.1f}/s  "
        f"p50 {cell.p50:7.2f}  p99 {cell.p99:7.2f}  cpu {cell.server_cpu:6.2f} ms  "
        f"errors {cell.errors} {cell.error[:100]}",
        flush=True,
    )


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "revision": _revision(),
    }


def _revision() -> str:
    command = ["/usr/bin/env", "git", "describe", "--always", "--dirty"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def _signature() -> float:
    """Milliseconds of one raw RS256 signature."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    began = time.process_time()
    for _ in range(200):
        key.sign(b"x" * 400, padding.PKCS1v15(), hashes.SHA256())
    return (time.process_time() - began) / 200 * 1000


if __name__ == "__main__":
    main()
