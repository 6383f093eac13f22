"""``make fuzz``: each target in a process of its own, and how many inputs it has had."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from fuzz.endpoints import endpoint
from fuzz.targets import PARSERS

TARGETS = (*PARSERS, endpoint.__name__)
UNITS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def main() -> None:
    """Ends with 1 when anything was found, whose inputs artifacts/fuzz has, or left untried."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", help=", ".join(TARGETS))
    parser.add_argument("--runs", type=int, default=110_000, help="inputs of each parser")
    parser.add_argument("--requests", type=int, default=10_000, help="inputs of the endpoints")
    parser.add_argument("--report", type=Path, default=Path("artifacts") / "fuzz")
    options = parser.parse_args()
    options.report.mkdir(parents=True, exist_ok=True)
    results = {}
    for name in options.target or TARGETS:
        runs = options.requests if name == endpoint.__name__ else options.runs
        results[name] = _run(name, runs, options.report)
        print(name, results[name], flush=True)
    total = sum(result["inputs"] for result in results.values())
    document = {"inputs": total, "targets": results}
    (options.report / "fuzz.json").write_text(json.dumps(document, indent=1) + "\n")
    print(f"{total} inputs")
    wrong = shortcomings(results)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    sys.exit(bool(wrong))


def shortcomings(results: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A sentence for each target that failed, or that had fewer inputs than it was to have: one
    that never ran finds nothing."""
    sentences = []
    for name, result in results.items():
        inputs, asked = result["inputs"], result["asked"]
        if result["found"]:
            sentences.append(f"{name}: ended with {result['found']}; {name}.log says why.")
        elif inputs < asked:
            sentences.append(f"{name}: {inputs} inputs were tried of {asked}; see {name}.log.")
    return sentences


def _run(name: str, runs: int, folder: Path) -> dict[str, int]:
    began = time.monotonic()
    command = [sys.executable, "-m", "fuzz.run", name, str(runs), str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    (folder / f"{name}.log").write_text(said)
    seconds = round(time.monotonic() - began)
    return {"inputs": executed(said), "asked": runs, "seconds": seconds, "found": done.returncode}


def executed(said: str) -> int:
    """How many inputs there were by libFuzzer's last words; none where it had none to say."""
    units = UNITS.search(said)
    return int(units[1]) if units else 0


if __name__ == "__main__":
    main()
