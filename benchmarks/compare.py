"""Two results side by side: processor time per operation, and what has changed."""

from __future__ import annotations

from statistics import geometric_mean
from typing import Any

HEADER = (
    "| contestant | operation | clients | before, ms | after, ms | ratio | adjusted | written "
    "| growth |\n|---|---|--:|--:|--:|--:|--:|--:|--:|"
)

Key = tuple[str, str, int]


def compare(before: dict[str, Any], after: dict[str, Any]) -> str:
    """As Markdown. ``adjusted`` is the ratio after the machine's own change has been taken out: that
    of the floors and of the peers, which are the same programs in both."""
    old, new = _cells(before), _cells(after)
    both = [key for key in new if key in old]
    kinds = {label: facts["kind"] for label, facts in after["contestants"].items()}
    steady = [_ratio(old[key], new[key]) for key in both if kinds[key[0]] != "ours"]
    machine = geometric_mean([*steady, after["rs256_ms"] / before["rs256_ms"]])
    rows = [_row(key, old[key], new[key], machine) for key in both if kinds[key[0]] == "ours"]
    title = (
        f"{before['machine']['revision']} -> {after['machine']['revision']}; the machine itself "
        f"takes {machine:.2f} times as long (floors, peers, one RS256 signature)"
    )
    return "\n".join([title, "", HEADER, *rows])


def _cells(results: dict[str, Any]) -> dict[Key, dict[str, Any]]:
    return {
        (cell["contestant"], cell["workload"], cell["concurrency"]): cell
        for cell in results["cells"]
    }


def _ratio(old: dict[str, Any], new: dict[str, Any]) -> float:
    least = 0.01
    return max(new["server_cpu"], least) / max(old["server_cpu"], least)


def _row(key: Key, old: dict[str, Any], new: dict[str, Any], machine: float) -> str:
    ratio = _ratio(old, new)
    return (
        f"| {key[0]} | {key[1]} | {key[2]} | {old['server_cpu']:.2f} | {new['server_cpu']:.2f} "
        f"| {ratio:.2f} | {ratio / machine:.2f} | {old['written']:.0f} -> {new['written']:.0f} "
        f"| {old['growth']:.0f} -> {new['growth']:.0f} |"
    )
