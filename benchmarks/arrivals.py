"""The simulation beside a real server, which requests reach at random: ``python benchmarks/arrivals.py``.

Operations begin when it is their time, whether or not others were answered. The simulation is given
the same moments, and the processor time that the server took for an operation. It knows nothing of
other work on the machine: let there be none.
"""

from __future__ import annotations

import argparse
import queue
import tempfile
import threading
import time
from pathlib import Path

from demand import REQUESTS, at_rate
from load import Crowd, measure
from ours import provider
from simulated import Machine, Operation, simulate
from targets import OURS
from workloads import Operation as Operate

CLIENTS = 64
WORK = Operation("any", 0.0)
Moments = list[float]


def main() -> None:
    """A line for each workload and utilisation: half, and 95 of a hundred, took no longer."""
    options = _options()
    print("| operation | busy | server p50 | p95 | simulated p50 | p95 |")
    print("|---|--:|--:|--:|--:|--:|")
    with (
        tempfile.TemporaryDirectory() as here,
        provider(Path(here), "SQLite", "granian, 1 thread", "RS256") as served,
    ):
        crowd = Crowd(served, OURS)
        for workload in options.workload:
            for busy in options.busy:
                _line(crowd, workload, busy, options.seconds)


def _line(crowd: Crowd, workload: str, busy: float, seconds: float) -> None:
    rate = busy * measure(crowd, workload, concurrency=8, seconds=3).per_second
    moments = [when for when, _ in at_rate(rate, seconds, {WORK: 1.0}, seed=1)]
    took, cpu = open_loop(crowd, workload, moments)
    work = Operation(workload, cpu / len(moments), REQUESTS[workload])
    simulated = simulate(Machine(1, 1, threads=1), ((when, work) for when in moments))
    waited = [work.alone + simulated.wait(workload, share) for share in (0.5, 0.95)]
    measured = [took[int(share * len(took))] for share in (0.5, 0.95)]
    figures = " | ".join(f"{time * 1000:.1f} ms" for time in (*measured, *waited))
    print(f"| {workload} | {cpu / seconds:.0%} | {figures} |", flush=True)


def open_loop(crowd: Crowd, workload: str, moments: Moments) -> tuple[Moments, float]:
    """Seconds from the moment to the answer, the shortest first; and of the server's processor."""
    due: queue.Queue[float | None] = queue.Queue()
    took: Moments = []

    def answer(operate: Operate) -> None:
        while (when := due.get()) is not None:
            operate()
            took.append(time.perf_counter() - when)

    operations = crowd.operations(workload, CLIENTS)
    clients = [threading.Thread(target=answer, args=(one,)) for one in operations]
    for client in clients:
        client.start()
    cpu, began = crowd.served.cpu_seconds(), time.perf_counter()
    for when in moments:
        time.sleep(max(0.0, began + when - time.perf_counter()))
        due.put(began + when)
    for _ in clients:
        due.put(None)
    for client in clients:
        client.join()
    return sorted(took), crowd.served.cpu_seconds() - cpu


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workload", nargs="+", default=list(REQUESTS), choices=list(REQUESTS))
    parser.add_argument("--busy", nargs="+", type=float, default=[0.6, 0.8])
    parser.add_argument("--seconds", type=float, default=30.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
