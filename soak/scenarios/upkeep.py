"""The sweep and the pack under load: nobody waits longer than two seconds, nothing living goes."""

from __future__ import annotations

import time
from pathlib import Path

from soak.deployment import deployed
from soak.load import loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.verify import verify

STALL = 2.0


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """Access tokens of a second, so that there is something to remove, and packs meanwhile."""
    outcome = Outcome()
    settings = {"oidc.sweep_interval": "1s", "oidc.sweep_batch": "50"}
    with deployed(storage, directory, workers_wanted=scale.workers, settings=settings) as place:
        with loaded(place, scale.rate / 2) as load:
            time.sleep(scale.seconds / 2)
            before = load.longest()
            packs = []
            for _ in range(max(1, scale.rounds // 10)):
                began = time.monotonic()
                place.command("purge", "--pack")
                packs.append(time.monotonic() - began)
                time.sleep(scale.seconds / 10)
            time.sleep(0.5)
        lost, seen = verify(place)
        stall = load.longest()
        outcome.broken += load.broken + place.wrong + place.unexpected() + lost
        allowed = max(STALL, 2 * before) if scale.name == "short" else STALL
        outcome.demand(stall <= allowed, f"somebody waited {stall:.1f} s ({before:.1f} s before)")
        outcome.figures = {
            "packs": len(packs),
            "a pack took at most s": round(max(packs), 2),
            "longest before s": round(before, 2),
            "longest meanwhile s": round(stall, 2),
            "lost": len(lost),
            **seen,
            **load.figures(),
        }
    return outcome


SCENARIO = Scenario("upkeep", "Sweep and pack under load", ("sqlite", "postgresql", "zeo"), run)
