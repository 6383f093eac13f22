"""Drive a workload with a number of clients for some seconds; figures per operation."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

from browser import Browser
from served import Served
from targets import PEOPLE, Target
from workloads import WORKLOADS, Operation, bare_view, sign_in


@dataclass
class Figures:
    """One cell; times in milliseconds, sizes in bytes, ``cores`` that the server was given."""

    workload: str
    concurrency: int
    operations: int
    per_second: float
    p50: float
    p95: float
    p99: float
    server_cpu: float
    cores: float
    written: float
    growth: float
    errors: int
    error: str = ""

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Crowd:
    """People who are signed in, each at a browser, and who stay for all workloads."""

    def __init__(self, served: Served, target: Target) -> None:
        self.served = served
        self._target = target
        self._browsers: list[Browser] = []

    def operations(self, workload: str, number: int) -> list[Operation]:
        """One for each of so many clients, tried once."""
        if workload == "bare view":
            return [bare_view(Browser(self.served.port), self._target) for _ in range(number)]
        while len(self._browsers) < number:
            browser = Browser(self.served.port)
            sign_in(browser, self._target, self._target.username.format(self._next()))
            self._browsers.append(browser)
        for browser in self._browsers[:number]:
            browser.reconnect()
        prepare = WORKLOADS[workload]
        operations = [prepare(browser, self._target) for browser in self._browsers[:number]]
        for operation in operations if workload != "cold sign-in" else ():
            operation()
        return operations

    def _next(self) -> int:
        return len(self._browsers) % PEOPLE


def measure(crowd: Crowd, workload: str, *, concurrency: int, seconds: float) -> Figures:
    """Raises ``Unsupported`` where the provider does not offer it."""
    operations = crowd.operations(workload, concurrency)
    served = crowd.served
    times: list[list[float]] = [[] for _ in operations]
    failures: list[str] = []
    go = threading.Barrier(concurrency + 1)
    end = [0.0]

    def drive(number: int) -> None:
        go.wait()
        while time.perf_counter() < end[0]:
            began = time.perf_counter()
            try:
                operations[number]()
            except Exception as error:  # noqa: BLE001 - counted and reported
                failures.append(f"{type(error).__name__}: {error}")
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
    used = served.cpu_seconds() - cpu
    all_times = sorted(t for one in times for t in one)
    count = len(all_times)
    cuts = statistics.quantiles(all_times, n=100) if count > 1 else [all_times[0]] * 99
    return Figures(
        workload,
        concurrency,
        count,
        count / elapsed,
        cuts[49] * 1000,
        cuts[94] * 1000,
        cuts[98] * 1000,
        used / count * 1000,
        used / elapsed,
        (served.written_bytes() - written) / count,
        (served.database_bytes() - size) / count,
        len(failures),
        failures[0] if failures else "",
    )
