"""Who comes when, and what that costs: measured by ``make bench``, or named by options."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from simulated import Operation

CLIENTS = 8
HOUR = 3600.0
REQUESTS = {"cold sign-in": 4, "code flow": 2, "refresh": 1}
Arrivals = Iterator[tuple[float, Operation]]


@dataclass(frozen=True)
class Costs:
    """What people do, as it was measured or named."""

    sign_in: Operation
    flow: Operation
    refresh: Operation


def costs(options: argparse.Namespace) -> Costs:
    """A file of results goes before the figures of the options."""
    named = {"cold sign-in": options.sign_in_ms, "code flow": options.flow_ms}
    named |= {"refresh": options.refresh_ms}
    named |= measured(options.results, options.label) if options.results else {}
    sign_in, flow, refresh = (
        Operation(name, ms / 1000, REQUESTS[name], commit=options.commit_ms / 1000)
        for name, ms in named.items()
    )
    # The pages of a sign-in cost about as much as two code flows; the rest is the hash.
    hashing = options.hash_ms / 1000 if options.hash_ms else sign_in.python - 2 * flow.python
    return Costs(replace(sign_in, python=sign_in.python - hashing, hash=hashing), flow, refresh)


def measured(results: str, label: str) -> dict[str, float]:
    """Milliseconds of processor time by operation, of one contestant."""
    path = Path(results)
    if not path.exists():
        raise SystemExit(f"there is no {path}: make bench writes such a file, and says where")
    cells = json.loads(path.read_text())["cells"]
    found = {
        cell["workload"]: cell["server_cpu"]
        for cell in cells
        if (cell["contestant"], cell["concurrency"]) == (label, CLIENTS)
    }
    if not REQUESTS.keys() <= found.keys():
        labels = ", ".join(repr(name) for name in sorted({cell["contestant"] for cell in cells}))
        raise SystemExit(f"{path} has not all of it for {label!r}; it has {labels}")
    return {name: found[name] for name in REQUESTS}


def at_rate(rate: float, seconds: float, mix: dict[Operation, float], seed: int) -> Arrivals:
    """Independent of each other (Poisson), at one rate all the time."""
    chance = random.Random(seed)
    operations, weights, now = list(mix), list(mix.values()), chance.expovariate(rate)
    while now < seconds:
        yield now, chance.choices(operations, weights)[0]
        now += chance.expovariate(rate)


def monday(costs: Costs, options: argparse.Namespace) -> Arrivals:
    """Most people sign in in the middle of the window, and open their applications soon after.

    Each application refreshes its token once an hour from then on.
    """
    chance = random.Random(options.seed)
    for _ in range(options.people):
        came = chance.triangular(0, options.window * 60)
        yield came, costs.sign_in
        for _ in range(options.applications):
            opened = came + chance.expovariate(1 / options.opened_within)
            yield opened, costs.flow
            for hour in range(1, options.refreshes + 1):
                yield opened + hour * HOUR, costs.refresh
