"""``make soak``: every scenario on every storage that it is for; ``make soak ARGS="kills --storage sqlite"``."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time
from pathlib import Path

from soak import scenarios
from soak.outcome import SCALES, Scenario
from soak.report import Report, Row
from soak.row import run
from soak.storages import STORAGES

ORDER = (
    "kills",
    "races",
    "ends",
    "storage_gone",
    "full_disk",
    "clock",
    "slow_clients",
)  # then more


def every() -> dict[str, Scenario]:
    """The files in ``scenarios/``."""
    names = [module.name for module in pkgutil.iter_modules(scenarios.__path__)]
    modules = [importlib.import_module(f"soak.scenarios.{name}") for name in names]
    found = {module.SCENARIO.name: module.SCENARIO for module in modules}
    return {name: found[name] for name in sorted(found, key=_rank)}


def _rank(name: str) -> tuple[int, str]:
    return ORDER.index(name) if name in ORDER else len(ORDER), name


def main() -> None:
    """Ends with 1 when anything was broken."""
    known = every()
    options = _arguments(known).parse_args()
    chosen = [known[name] for name in _named(options, known)]
    report = Report(options.report, options.scale, keep=options.merge or options.resume)
    over = time.monotonic() + (options.minutes * 60 or 1e9)
    rows: list[Row] = []
    for scenario in chosen:
        for storage in (name for name in options.storage if name in scenario.storages):
            if options.resume and report.holds(scenario.name, storage):
                continue
            if time.monotonic() < over:
                rows.append(run(scenario, storage, SCALES[options.scale]))
                report.add(rows[-1])
            else:
                print(f"{scenario.name} on {storage}: no time is left", flush=True)
    print(f"The report is {options.report / 'soak.md'}")
    sys.exit(any(row["broken"] for row in rows))


def _named(options: argparse.Namespace, known: dict[str, Scenario]) -> list[str]:
    names = options.scenario or options.scenarios or list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no scenario is called {unknown[0]}; there are {', '.join(known)}")
    return list(names)


def _arguments(known: dict[str, Scenario]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(known))
    parser.add_argument("--scenario", nargs="+", choices=list(known), help="the same")
    parser.add_argument("--storage", nargs="+", choices=list(STORAGES), default=list(STORAGES))
    parser.add_argument("--scale", choices=list(SCALES), default="long")
    parser.add_argument("--minutes", type=float, default=0, help="begin nothing new after these")
    parser.add_argument("--report", type=Path, default=Path("artifacts"), help="a folder")
    parser.add_argument("--merge", action="store_true", help="keep what the report says of others")
    parser.add_argument("--resume", action="store_true", help="and leave out what holds there")
    return parser


if __name__ == "__main__":
    main()
