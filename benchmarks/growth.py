"""What more people cost: ``python benchmarks/growth.py --people 1000 10000 100000 1000000``.

The same requests on databases of different size: for two hundred people who come again and again, and
for anybody at all, which no cache helps. A million people take about an hour to fill in and to measure.
Ends with 1 when a figure is above what ``bounds.py`` allows.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bounds import excesses
from browser import Browser
from load import measure
from ours import provider_settings, started
from population import CLIENTS, Population, access_tokens, populate
from pyramid.paster import get_appsettings
from served import Served, free_port, write_ini
from targets import OURS
from workloads import Operation, flow, sign_in

from oidc_pyramid.settings import read_settings
from oidc_pyramid.storage import open_database, provider_in, snapshot
from oidc_pyramid.upkeep import one_round

ROOT = Path(__file__).parent.parent
REGULARS = 200
ANYBODY = 20_000
ROUNDS = 8
SEARCHES = 400


class People:
    """Clients whose operations are each for another person."""

    def __init__(self, served: Served, population: Population, tokens: dict[int, str]) -> None:
        self.served = served
        self._population = population
        self._tokens = tokens
        self._anybody = list(tokens)
        self._regulars = self._anybody[:REGULARS]
        self._warm: set[str] = set()

    def operations(self, workload: str, number: int) -> list[Operation]:
        """For the clients of ``load.measure``."""
        name, _, whose = workload.partition(", ")
        people = self._regulars if whose == "regulars" else self._anybody
        make = {"code flow": self._flow, "userinfo": self._userinfo, "sign-in": self._sign_in}[name]
        operations = [make(Browser(self.served.port), people) for _ in range(number)]
        for _ in range(self._turns(workload, people, number)):
            for operation in operations:
                operation()
        return operations

    def _turns(self, workload: str, people: list[int], number: int) -> int:
        """Everybody has been here before, as far as the caches hold them: UserInfo comes first."""
        first = workload not in self._warm
        self._warm.add(workload)
        come_again = workload == "userinfo, anybody" or people is self._regulars
        return 2 * len(people) // number if come_again and first else 1

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
    "userinfo, regulars",
    "userinfo, anybody",
    "code flow, regulars",
    "code flow, anybody",
    "sign-in, anybody",
)


def main() -> None:
    """Fill all of them, then measure on one after the other in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--storage", default="SQLite", choices=["SQLite", "FileStorage"])
    parser.add_argument("--server", default="granian, 1 thread")
    parser.add_argument("--cache-size", type=int, default=20_000, help="of the URI: objects")
    parser.add_argument("--place", help="where databases are kept, for the next time")
    parser.add_argument("--json", default=str(ROOT / "benchmarks" / "results" / "growth.json"))
    options = parser.parse_args()
    with ExitStack() as stack:
        kept = options.place or stack.enter_context(tempfile.TemporaryDirectory())
        sizes = [_filled(Path(kept) / str(people), people, options) for people in options.people]
        for size in sizes:
            size.found["sweep_ms"] = _sweep(size.mapping)
        _search(sizes)
        crowds = [stack.enter_context(_served(size, options)) for size in sizes]
        _measure(sizes, crowds, options)
    results = [size.found for size in sizes]
    Path(options.json).parent.mkdir(exist_ok=True)
    Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))
    exceeded = excesses(results)
    for sentence in exceeded:
        print(sentence, file=sys.stderr)
    sys.exit(bool(exceeded))


@dataclass
class Size:
    """A database with so many people in it, and what was found of it."""

    here: Path
    ini: Path
    port: int
    population: Population
    found: dict[str, Any]

    @property
    def mapping(self) -> Any:
        """The settings of its ini file."""
        return get_appsettings(str(self.ini))


def _filled(here: Path, people: int, options: argparse.Namespace) -> Size:
    here.mkdir(parents=True, exist_ok=True)
    port, population = _port(here), Population(people)
    section = provider_settings(here, options.storage, "RS256", port)
    section["oidc.sweep_interval"] = "0"
    more = "&" if "?" in section["zodbconn.uri"] else "?"
    section["zodbconn.uri"] += f"{more}cache_size={options.cache_size}"
    size = Size(here, write_ini(here, section, port), port, population, {"people": people})
    seconds = here / "filled"
    if not seconds.exists():
        seconds.write_text(str(populate(str(size.ini), population)))
    size.found |= {"clients": CLIENTS, "filled_s": float(seconds.read_text())}
    print(f"{people} people: filled in {size.found['filled_s']:.0f} s", flush=True)
    return size


@contextmanager
def _served(size: Size, options: argparse.Namespace) -> Iterator[People]:
    who = list(size.population.signed_in)
    random.Random(1).shuffle(who)
    who = who[:ANYBODY]
    tokens = dict(zip(who, access_tokens(size.mapping, size.population, who), strict=True))
    with started(size.here, size.ini, size.port, options.server) as served:
        size.found |= {"start_s": served.started_in, "idle_mib": served.idle_mib}
        size.found["database_mib"] = served.database_bytes() / 2**20
        yield People(served, size.population, tokens)
        size.found |= {"memory_mib": served.memory_mib(), "worker_mib": served.worker_mib()}


def _measure(sizes: list[Size], crowds: list[People], options: argparse.Namespace) -> None:
    """In turns, so that a busy moment strikes all of them; the median of the rounds."""
    for workload in WORKLOADS:
        rounds: list[list[dict[str, Any]]] = [[] for _ in sizes]
        for _ in range(options.rounds):
            for number, people in enumerate(crowds):
                cell = measure(
                    people,  # type: ignore[arg-type]
                    workload,
                    concurrency=options.concurrency,
                    seconds=options.seconds,
                )
                rounds[number].append(cell.row())
        for size, rows in zip(sizes, rounds, strict=True):
            middle = sorted(rows, key=lambda row: float(row["server_cpu"]))[len(rows) // 2]
            middle["errors"] = sum(row["errors"] for row in rows)
            size.found.setdefault("cells", {})[workload] = middle
            print(f"{size.population.people} {workload}: {middle}", flush=True)


def _port(here: Path) -> int:
    """The issuer's for as long as the database is kept."""
    path = here / "port"
    if not path.exists():
        path.write_text(str(free_port()))
    return int(path.read_text())


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


def _search(sizes: list[Size]) -> None:
    """Processor time of a page of twenty people: the model's function, in this process, each time
    for other letters and in a new snapshot. ``cold`` is with no object in memory, as a command
    begins; ``warm`` with whatever earlier searches have left there, as in a server."""
    with ExitStack() as stack:
        dbs = [open_database(size.mapping) for size in sizes]
        for db in dbs:
            stack.callback(db.close)
        for name, cold in (("cold", True), ("warm", False)):
            times: list[list[float]] = [[] for _ in sizes]
            for _ in range(ROUNDS + 1):  # the first warms up
                for size, db, found in zip(sizes, dbs, times, strict=True):
                    found.append(_searches(db, size.population.people, cold=cold))
            for size, found in zip(sizes, times, strict=True):
                size.found[f"search_{name}_ms"] = sorted(found[1:])[ROUNDS // 2]


def _searches(db: Any, people: int, *, cold: bool) -> float:
    gc.collect()
    used = 0.0
    for _ in range(SEARCHES):
        beginning = f"user{random.randrange(people)}"[: random.choice((6, 7, 8))]
        with snapshot(db) as root:
            if cold:
                root._p_jar.cacheMinimize()
            began = time.process_time()
            found = provider_in(root).users.search(beginning, limit=20).people
            if not [person.name for person in found]:
                raise RuntimeError(f"nobody is found by {beginning}")
            used += time.process_time() - began
    return used / SEARCHES * 1000


Column = tuple[str, Callable[[dict[str, Any]], float], int]
COLUMNS: tuple[Column, ...] = (
    *(
        (f"{name}, ms", lambda one, name=name: one["cells"][name]["server_cpu"], 2)
        for name in WORKLOADS
    ),
    ("search, nothing in memory, ms", lambda one: one["search_cold_ms"], 2),
    ("search, after others, ms", lambda one: one["search_warm_ms"], 2),
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
