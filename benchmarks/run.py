"""Measure the served provider: ``make bench`` (a few minutes), ``--seconds 10`` for more rounds.

Figures are of this machine, today. What lasts are the ratios to the floor of the same run: a bare
Pyramid view on the same server, and one raw RS256 signature.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from load import Figures, measure
from report import write
from served import STORAGES, bare, provider
from workloads import WORKLOADS, bare_view

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Every storage, every workload, every concurrency; then the table."""
    options = _options()
    results = {"machine": _machine(), "floor": _floor(options), "cells": []}
    for storage in options.storage:
        for alg in options.alg:
            results["cells"] += _measure(options, storage, alg)
    output = Path(options.json)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(results, indent=1) + "\n")
    write(results, Path(options.page))
    print(f"{output} and {options.page} are written")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--storage", nargs="+", default=list(STORAGES), choices=list(STORAGES))
    parser.add_argument("--alg", nargs="+", default=["RS256", "ES256"])
    parser.add_argument("--concurrency", nargs="+", type=int, default=[1, 8])
    parser.add_argument("--workload", nargs="+", default=list(WORKLOADS))
    parser.add_argument("--server", default="waitress")
    parser.add_argument("--json", default=str(ROOT / "benchmarks" / "results" / "latest.json"))
    parser.add_argument("--page", default=str(ROOT / "docs" / "explanation" / "performance.md"))
    return parser.parse_args()


def _machine() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def _floor(options: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name, bare(Path(name), options.server) as served:
        cells = [
            measure(
                served,
                "bare view",
                bare_view,
                concurrency=concurrency,
                seconds=options.seconds,
                signed_in=False,
            ).row()
            for concurrency in options.concurrency
        ]
    return {"cells": cells, "rs256_ms": _signature()}


def _signature() -> float:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    began = time.process_time()
    for _ in range(200):
        key.sign(b"x" * 400, padding.PKCS1v15(), hashes.SHA256())
    return (time.process_time() - began) / 200 * 1000


def _measure(options: argparse.Namespace, storage: str, alg: str) -> list[dict[str, object]]:
    rows = []
    with (
        tempfile.TemporaryDirectory() as name,
        provider(Path(name), storage, options.server, alg) as served,
    ):
        for workload in options.workload:
            for concurrency in options.concurrency:
                cell = measure(
                    served,
                    workload,
                    WORKLOADS[workload],
                    concurrency=concurrency,
                    seconds=options.seconds,
                )
                _say(storage, alg, cell)
                rows.append({"storage": storage, "alg": alg, **cell.row()})
        extra = {"memory_mib": served.memory_mib(), "start_s": served.started_in}
    return [{**row, **extra} for row in rows]


def _say(storage: str, alg: str, cell: Figures) -> None:
    print(
        f"{storage:12} {alg} {cell.workload:20} c={cell.concurrency:<3} "
        f"{cell.per_second:8.1f}/s  p50 {cell.p50:7.2f}  p99 {cell.p99:7.2f}  "
        f"cpu {cell.server_cpu:6.2f} ms  errors {cell.errors}",
        flush=True,
    )


if __name__ == "__main__":
    main()
