"""Drive a workload with a number of clients for some seconds; figures per operation."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from served import Served
from workloads import PEOPLE, Browser, Operation, sign_in


@dataclass
class Figures:
    """One cell of the table; times in milliseconds, sizes in bytes."""

    workload: str
    concurrency: int
    operations: int
    per_second: float
    p50: float
    p95: float
    p99: float
    server_cpu: float
    written: float
    growth: float
    errors: int

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def measure(
    served: Served,
    name: str,
    prepare: Callable[[Browser], Operation],
    *,
    concurrency: int,
    seconds: float,
    signed_in: bool = True,
) -> Figures:
    """Each client prepares by itself (a session, tokens); then all of them run at once."""
    operations = [_prepared(served, prepare, n, signed_in=signed_in) for n in range(concurrency)]
    times: list[list[float]] = [[] for _ in operations]
    errors = [0] * concurrency
    go = threading.Barrier(concurrency + 1)
    end = [0.0]

    def drive(number: int) -> None:
        go.wait()
        while time.perf_counter() < end[0]:
            began = time.perf_counter()
            try:
                operations[number]()
            except Exception:  # noqa: BLE001 - counted and reported
                errors[number] += 1
            times[number].append(time.perf_counter() - began)

    threads = [threading.Thread(target=drive, args=(n,)) for n in range(concurrency)]
    for thread in threads:
        thread.start()
    cpu, written, size = served.cpu_seconds(), served.written_bytes(), served.database_bytes()
    began = time.perf_counter()
    end[0] = began + seconds
    go.wait()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    all_times = sorted(t for one in times for t in one)
    count = len(all_times)
    cuts = statistics.quantiles(all_times, n=100) if count > 1 else [all_times[0]] * 99
    return Figures(
        name,
        concurrency,
        count,
        count / elapsed,
        cuts[49] * 1000,
        cuts[94] * 1000,
        cuts[98] * 1000,
        (served.cpu_seconds() - cpu) / count * 1000,
        (served.written_bytes() - written) / count,
        (served.database_bytes() - size) / count,
        sum(errors),
    )


def _prepared(
    served: Served, prepare: Callable[[Browser], Operation], number: int, *, signed_in: bool
) -> Operation:
    browser = Browser("127.0.0.1", served.port)
    if signed_in:
        sign_in(browser, f"user{number % PEOPLE}", "a long password")
    operation = prepare(browser)
    operation()
    return operation
