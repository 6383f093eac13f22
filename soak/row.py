"""One scenario on one storage, in a process of its own: whatever it does, the others still run."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from soak.deployment import is_defect
from soak.outcome import SCALES, Outcome, Scale, Scenario
from soak.report import Row

LONGEST = 1800  # seconds; after these it has failed


def run(scenario: Scenario, storage: str, scale: Scale) -> Row:
    """Its row of the report; said on the way."""
    began, started = time.monotonic(), time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as folder:
        outcome = _apart(scenario, storage, Path(folder), scale)
        _keep_log(outcome, Path(folder))
    spent = time.monotonic() - began
    result = "BROKEN" if outcome.broken else "holds"
    print(f"{scenario.name} on {storage}: {result}, {spent:.0f} s, {outcome.figures}", flush=True)
    for sentence in outcome.broken[:20]:
        print(f"  BROKEN {sentence[:600]}", flush=True)
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "storage": storage,
        "began": started,
        "load average": round(os.getloadavg()[0], 1),
        "seconds": spent,
        "broken": outcome.broken,
        "figures": outcome.figures,
    }


def _apart(scenario: Scenario, storage: str, folder: Path, scale: Scale) -> Outcome:
    """What the other process has written; its children end with it."""
    answer = folder / "outcome.json"
    command = (sys.executable, "-m", "soak.row", scenario.name, storage, scale.name, str(folder))
    try:
        subprocess.run(command, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return Outcome([f"the run itself: not done after {LONGEST} s"])
    if not answer.exists():
        return Outcome(["the run itself: its process has died"])
    return Outcome(**json.loads(answer.read_text()))


def _keep_log(outcome: Outcome, folder: Path) -> None:
    """The first defect in the provider's log, and its end, stand with what was broken."""
    log = folder / "place" / "server.log"
    if outcome.broken and log.exists():
        lines = log.read_text(errors="replace").splitlines()
        lines = [line[:300] for line in lines if "INFO" not in line]
        first = next((n for n, line in enumerate(lines) if is_defect(line)), len(lines))
        outcome.figures["log"] = lines[first : first + 80] + lines[-20:]


def main(name: str, storage: str, scale: str, folder: str) -> None:
    """In the process of its own."""
    scenario = importlib.import_module(f"soak.scenarios.{name}").SCENARIO
    try:
        outcome = scenario.run(storage, Path(folder) / "place", SCALES[scale])
    except Exception:  # noqa: BLE001 - reported
        outcome = Outcome(broken=[f"the run itself: {traceback.format_exc()[-1500:]}"])
    document = {"broken": outcome.broken, "figures": outcome.figures}
    (Path(folder) / "outcome.json").write_text(json.dumps(document))


if __name__ == "__main__":
    main(*sys.argv[1:])
