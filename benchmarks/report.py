"""The figures as a page of the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PAGE = """\
# Performance

Measured over HTTP against the served provider by `make bench`, on Python {python}, {system}, {date}.
Both the clients and the server ran on the same two cores. Absolute figures say little about another
machine; the columns to compare are the server's CPU time and its ratio to the floor, a bare Pyramid
view on the same server in the same run ({bare:.2f} ms of CPU). One raw RS256 signature took
{rs256:.2f} ms.

An operation is: a code flow with a live session and remembered consent (two requests, PKCE, client
secret), a refresh with rotation, a client credentials request, UserInfo, introspection, discovery
plus JWKS (two requests), and a cold sign-in (three pages, one argon2id hash).

{tables}

Written and growth are bytes per operation: what the process had written to disk, and by how much
the database's files grew.
"""
HEADER = (
    "| operation | clients | per second | p50 ms | p95 ms | p99 ms | CPU ms | to floor | written "
    "| growth | errors |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
)


def write(results: dict[str, Any], page: Path) -> None:
    """A table per storage and algorithm."""
    floor = {cell["concurrency"]: cell["server_cpu"] for cell in results["floor"]["cells"]}
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for cell in results["cells"]:
        groups.setdefault((cell["storage"], cell["alg"]), []).append(cell)
    tables = "\n".join(_table(*name, cells, floor) for name, cells in groups.items())
    text = PAGE.format(
        **results["machine"],
        bare=next(iter(floor.values())),
        rs256=results["floor"]["rs256_ms"],
        tables=tables,
    )
    page.write_text(text)


def _table(storage: str, alg: str, cells: list[dict[str, Any]], floor: dict[int, float]) -> str:
    last = cells[-1]
    head = (
        f"## {storage}, {alg}\n\nFirst answer after {last['start_s']:.1f} s; "
        f"{last['memory_mib']:.0f} MiB after all of it.\n\n"
    )
    return head + HEADER + "".join(_row(cell, floor[cell["concurrency"]]) for cell in cells)


def _row(cell: dict[str, Any], floor: float) -> str:
    return (
        f"| {cell['workload']} | {cell['concurrency']} | {cell['per_second']:.0f} "
        f"| {cell['p50']:.1f} | {cell['p95']:.1f} | {cell['p99']:.1f} "
        f"| {cell['server_cpu']:.2f} | {cell['server_cpu'] / floor:.1f} "
        f"| {cell['written']:.0f} | {cell['growth']:.0f} | {cell['errors']} |\n"
    )
