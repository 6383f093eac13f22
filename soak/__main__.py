"""``make soak``: every scenario on every storage that it is for; ``make soak ARGS="kills --storage sqlite"``."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from soak import scenarios
from soak.outcome import SCALES, Outcome, Scale, Scenario
from soak.report import Row, write
from soak.storages import STORAGES


def every() -> dict[str, Scenario]:
    """The files in ``scenarios/``."""
    names = [module.name for module in pkgutil.iter_modules(scenarios.__path__)]
    modules = [importlib.import_module(f"soak.scenarios.{name}") for name in names]
    return {module.SCENARIO.name: module.SCENARIO for module in modules}


def main() -> None:
    """Ends with 1 when anything was broken."""
    known = every()
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("scenario", nargs="*", help=", ".join(known))
    parser.add_argument("--storage", nargs="+", choices=list(STORAGES), default=list(STORAGES))
    parser.add_argument("--scale", choices=list(SCALES), default="long")
    parser.add_argument("--minutes", type=float, default=0, help="begin nothing new after these")
    parser.add_argument("--report", type=Path, default=Path("artifacts"))
    options = parser.parse_args()
    chosen = [known[name] for name in options.scenario or known]
    rows: list[Row] = []
    over = time.monotonic() + (options.minutes * 60 or 1e9)
    for scenario in chosen:
        for storage in (name for name in scenario.storages if name in options.storage):
            if time.monotonic() < over:
                rows.append(_row(scenario, storage, SCALES[options.scale]))
                write(rows, options.report, options.scale)
    sys.exit(any(row["broken"] for row in rows))


def _row(scenario: Scenario, storage: str, scale: Scale) -> Row:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        outcome = _outcome(scenario, storage, Path(folder), scale)
    spent = time.monotonic() - began
    print(f"{scenario.name} on {storage}: {spent:.0f} s, {outcome.figures}", flush=True)
    for sentence in outcome.broken[:20]:
        print(f"  BROKEN {sentence[:400]}", flush=True)
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "storage": storage,
        "seconds": spent,
        "broken": outcome.broken,
        "figures": outcome.figures,
    }


def _outcome(scenario: Scenario, storage: str, folder: Path, scale: Scale) -> Outcome:
    try:
        return scenario.run(storage, folder / storage, scale)
    except Exception:  # noqa: BLE001 - the others still run
        return Outcome(broken=[f"the run itself: {traceback.format_exc()[-1500:]}"])


if __name__ == "__main__":
    main()
