"""What more people cost: ``python benchmarks/growth.py --people 1000 10000 100000 1000000``.

The same requests on databases of different size: for two hundred people who come again and again, and
for anybody at all, which no cache helps. A million people take about an hour to fill in and to measure.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser import Browser
from load import measure
from ours import provider_settings, started
from population import CLIENTS, Population, access_tokens, populate
from pyramid.paster import get_appsettings
from served import Served, free_port, write_ini
from targets import OURS
from workloads import Operation, flow, sign_in

from oidc_pyramid.settings import read_settings
from oidc_pyramid.storage import open_database
from oidc_pyramid.upkeep import one_round

ROOT = Path(__file__).parent.parent
REGULARS = 200
ANYBODY = 20_000
ROUNDS = 8


class People:
    """Clients whose operations are each for another person."""

    def __init__(self, served: Served, population: Population, tokens: dict[int, str]) -> None:
        self.served = served
        self._population = population
        self._tokens = tokens
        self._anybody = list(tokens)
        self._regulars = self._anybody[:REGULARS]

    def operations(self, workload: str, number: int) -> list[Operation]:
        """For the clients of ``load.measure``."""
        name, _, whose = workload.partition(", ")
        people = self._regulars if whose == "regulars" else self._anybody
        make = {"code flow": self._flow, "userinfo": self._userinfo, "sign-in": self._sign_in}[name]
        operations = [make(Browser(self.served.port), people) for _ in range(number)]
        turns = 2 * REGULARS // number if whose == "regulars" else 1
        for _ in range(turns):
            for operation in operations:
                operation()
        return operations

    def _flow(self, browser: Browser, people: list[int]) -> Operation:
        def operate() -> None:
            browser.cookies = {"oidc_session": self._population.cookie(random.choice(people))}
            flow(browser, OURS)

        return operate

    def _userinfo(self, browser: Browser, people: list[int]) -> Operation:
        def operate() -> None:
            bearer = f"Bearer {self._tokens[random.choice(people)]}"
            status, _headers, body = browser.ask("GET", OURS.userinfo, Authorization=bearer)
            if status != 200:
                raise RuntimeError(body.decode())

        return operate

    def _sign_in(self, browser: Browser, _people: list[int]) -> Operation:
        def operate() -> None:
            number = random.randrange(self._population.people)
            sign_in(Browser(browser.port), OURS, f"user{number}")

        return operate


WORKLOADS = (
    "code flow, regulars",
    "code flow, anybody",
    "userinfo, regulars",
    "userinfo, anybody",
    "sign-in, anybody",
)


def main() -> None:
    """One size after the other; results are added to the file as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--storage", default="SQLite", choices=["SQLite", "FileStorage"])
    parser.add_argument("--server", default="granian")
    parser.add_argument("--place", help="where databases are kept, for the next time")
    parser.add_argument("--json", default=str(ROOT / "benchmarks" / "results" / "growth.json"))
    options = parser.parse_args()
    results = []
    for people in options.people:
        with _place(options.place, people) as here:
            results.append(_size(here, Population(people), options))
        Path(options.json).parent.mkdir(exist_ok=True)
        Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))


@contextmanager
def _place(kept: str | None, people: int) -> Iterator[Path]:
    if kept:
        here = Path(kept) / str(people)
        here.mkdir(parents=True, exist_ok=True)
        yield here
    else:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)


def _size(here: Path, population: Population, options: argparse.Namespace) -> dict[str, Any]:
    """Fill, start, measure."""
    port = _port(here)
    section = provider_settings(here, options.storage, "RS256", port)
    section |= {
        "oidc.sweep_interval": "0",
    }
    ini = write_ini(here, section, port)
    found: dict[str, Any] = {"people": population.people, "clients": CLIENTS}
    if not (here / "filled").exists():
        found["filled_s"] = populate(str(ini), population)
        (here / "filled").touch()
    mapping = get_appsettings(str(ini))
    who = list(population.signed_in)
    random.Random(1).shuffle(who)
    who = who[:ANYBODY]
    tokens = dict(zip(who, access_tokens(mapping, population, who), strict=True))
    free = shutil.disk_usage(here).free
    with started(here, ini, port, options.server) as served:
        people = People(served, population, tokens)
        found |= {"start_s": served.started_in, "idle_mib": served.idle_mib}
        found["database_mib"] = served.database_bytes() / 2**20
        found["load"] = os.getloadavg()[0]
        found["cells"] = _cells(people, options)
        found["memory_mib"] = served.memory_mib()
    found["sweep_ms"] = _sweep(mapping)
    print(json.dumps({**found, "cells": None, "free_gib": free / 2**30}), flush=True)
    return found


def _port(here: Path) -> int:
    """The issuer's for as long as the database is kept."""
    path = here / "port"
    if not path.exists():
        path.write_text(str(free_port()))
    return int(path.read_text())


def _cells(people: People, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The quietest of some rounds, by processor time."""
    cells = {}
    for workload in WORKLOADS:
        rounds = [
            measure(
                people,  # type: ignore[arg-type]
                workload,
                concurrency=options.concurrency,
                seconds=options.seconds,
            ).row()
            for _ in range(options.rounds)
        ]
        cells[workload] = min(rounds, key=lambda row: float(row["server_cpu"]))
        print(f"{workload}: {cells[workload]}", flush=True)
    return cells


def _sweep(mapping: Any) -> float:
    """Processor time of a round in which nothing has expired (median of eight)."""
    settings, times = read_settings({**mapping, "oidc.sweep_interval": "300"}), []
    db = open_database(mapping)
    for turn in range(ROUNDS):
        now, began = int(time.time()) + 300 * turn, time.process_time()
        one_round(db, settings, "growth", now=now)
        times.append((time.process_time() - began) * 1000)
    db.close()
    return sorted(times)[ROUNDS // 2]


Column = tuple[str, Callable[[dict[str, Any]], float], int]
COLUMNS: tuple[Column, ...] = (
    *(
        (f"{name}, ms", lambda one, name=name: one["cells"][name]["server_cpu"], 2)
        for name in WORKLOADS
    ),
    ("first answer after, s", lambda one: one["start_s"], 1),
    ("memory after all of it, MiB", lambda one: one["memory_mib"], 0),
    ("database, MiB", lambda one: one["database_mib"], 0),
    ("round of the sweep, ms", lambda one: one["sweep_ms"], 0),
)


def table(results: list[dict[str, Any]]) -> str:
    """As Markdown; behind each figure how many times the first it is."""
    head = " | ".join(f"{one['people']:,}".replace(",", " ") for one in results)
    lines = [f"| people | {head} |", f"|---|{'--:|' * len(results)}"]
    for name, value, digits in COLUMNS:
        figures = [value(one) for one in results]
        first = figures[0] or 1.0
        shown = (f"{figure:.{digits}f} ({figure / first:.1f})" for figure in figures)
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
