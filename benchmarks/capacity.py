"""How long people wait, and when a machine is full, simulated: ``python benchmarks/capacity.py``.

A sum says how much work there is, not how long anybody waits. Here requests arrive at random, as
they do. The costs are those of a file that ``make bench`` has written (``--results``), or yours.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter

from demand import Costs, at_rate, costs, monday
from simulated import Machine, Outcome, simulate

Rows = Iterator[list[str]]


def busy_cores(costs: Costs, options: argparse.Namespace) -> Rows:
    """Waiting of a code flow by how busy the cores are; commits are quick here."""
    mix = {costs.sign_in: 1.0, costs.flow: 3.0, costs.refresh: 9.0}
    mix = {replace(one, commit=0.0): weight for one, weight in mix.items()}
    work = sum((one.python + one.hash) * weight for one, weight in mix.items()) / sum(mix.values())
    yield ["cores are busy", *map(_cores, options.cores)]
    for share in options.busy:
        rates = [share * cores / work for cores in options.cores]
        found = [
            simulate(_machine(options, cores), at_rate(rate, options.seconds, mix, options.seed))
            for cores, rate in zip(options.cores, rates, strict=True)
        ]
        yield [f"{share:.0%}", *(_waits(one, "code flow") for one in found)]


def busy_disk(costs: Costs, options: argparse.Namespace) -> Rows:
    """Waiting of a refresh by commits a second, on more cores than these need."""
    yield ["commits a second", *(f"{ms:g} ms each" for ms in options.disks)]
    for rate in options.rates:
        machine = _machine(options, int(rate * costs.refresh.python) + 8)
        yield [str(rate), *(_on_disk(rate, ms, machine, costs, options) for ms in options.disks)]


def _on_disk(
    rate: int, ms: float, machine: Machine, costs: Costs, options: argparse.Namespace
) -> str:
    if rate * ms >= 1000:
        return "too many"
    mix = {replace(costs.refresh, commit=ms / 1000): 1.0}
    return _waits(simulate(machine, at_rate(rate, options.seconds, mix, options.seed)), "refresh")


def busy_monday(costs: Costs, options: argparse.Namespace) -> Rows:
    """Everything at once, by the size of the machine."""
    yield [
        "",
        "cores busy",
        "commits busy",
        "waits to sign in",
        "waits in a code flow",
        "turned away",
    ]
    for cores in options.cores:
        found = simulate(
            _machine(options, cores), sorted(monday(costs, options), key=itemgetter(0))
        )
        away = found.turned_away / options.people
        busy = (f"{found.cores:.0%}", f"{found.commits:.0%}")
        waits = [_waits(found, name) for name in ("cold sign-in", "code flow")]
        yield [_cores(cores), *busy, *waits, f"{away:.1%}"]


def _cores(cores: int) -> str:
    return "1 core" if cores == 1 else f"{cores} cores"


def _machine(options: argparse.Namespace, cores: int) -> Machine:
    """A worker for each core."""
    return Machine(cores, cores, options.threads, options.hash_concurrency, options.hash_wait)


def _waits(found: Outcome, name: str) -> str:
    """The waiting that half, 95 and 99 of a hundred stay below."""
    if not found.waits[name]:
        return ""
    waits = [found.wait(name, share) for share in (0.5, 0.95, 0.99)]
    unit, times = (" s", 1) if waits[-1] >= 1 else (" ms", 1000)
    return " / ".join(f"{seconds * times:.1f}" for seconds in waits) + unit


def _table(rows: Rows) -> str:
    names = next(rows)
    lines = [names, ["---", *["--:"] * (len(names) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


TABLES = {"cores": busy_cores, "commits": busy_disk, "monday": busy_monday}


def main() -> None:
    """Three tables in Markdown; times are those that half, 95 and 99 of a hundred stay below."""
    options = _options()
    figures = costs(options)
    for name in options.table:
        print(_table(TABLES[name](figures, options)), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", nargs="+", choices=list(TABLES), default=list(TABLES))
    parser.add_argument("--results", help="a file of make bench, instead of the three next")
    parser.add_argument("--label", default="SQLite, granian, 1 thread, RS256", help="its column")
    parser.add_argument("--sign-in-ms", type=float, default=20.1)
    parser.add_argument("--flow-ms", type=float, default=1.7)
    parser.add_argument("--refresh-ms", type=float, default=1.0)
    parser.add_argument("--hash-ms", type=float, help="of a sign-in; usual is what its pages leave")
    parser.add_argument("--commit-ms", type=float, default=0.5, help="in which no other commits")
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2, 3, 4, 8])
    parser.add_argument("--threads", type=int, default=4, help="of a worker; there is one a core")
    parser.add_argument("--hash-concurrency", type=int, default=2)
    parser.add_argument("--hash-wait", type=float, default=5.0)
    parser.add_argument("--people", type=int, default=100_000, help="who come in the window")
    parser.add_argument("--window", type=float, default=30.0, help="minutes")
    parser.add_argument("--applications", type=int, default=3, help="that each opens")
    parser.add_argument("--opened-within", type=float, default=300.0, help="seconds, on average")
    parser.add_argument("--refreshes", type=int, default=1, help="of each application, hourly")
    parser.add_argument("--busy", type=float, nargs="+", default=[0.4, 0.6, 0.8, 0.9, 0.95])
    parser.add_argument("--disks", type=float, nargs="+", default=[0.2, 0.5, 2.0], help="ms")
    parser.add_argument(
        "--rates", type=int, nargs="+", default=[100, 300, 400, 475, 1000, 1900, 4000]
    )
    parser.add_argument("--seconds", type=float, default=120.0, help="of the steady tables")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
