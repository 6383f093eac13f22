"""The figures as a page of the documentation, with a picture beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from databases import FILES

PAGE = """\
# Performance

Measured over HTTP against served providers by `make bench`: revision {revision}, Python {python},
{system}, {date}. Clients and servers shared {cores} cores{busy}. Absolute figures say little about
another machine. What lasts is the servers' processor time per operation, and its ratios within one
run: each cell was measured on one provider after the other while the others waited.

![Server CPU per operation, ours beside other providers]({picture})

An operation is: a code flow with a live session and remembered consent (two requests, PKCE, client
secret), a refresh with rotation, a client credentials request (with an opaque and with a signed
access token), UserInfo, introspection, discovery plus JWKS (two requests), and a cold sign-in (a new
browser, the pages, one password hash). The other providers, installed by the benchmark:

- `oidc-provider` of npm in one process of node, with an adapter over better-sqlite3 (write-ahead log,
  `synchronous=FULL`) that commits what a request writes, together with what others wrote meanwhile, in one
  transaction before any of them is answered: the most that an adapter can do for it. The *plain adapter* commits at each call,
  as adapters usually do. Passwords by scrypt (N=2^14), which is the benchmark's choice.
- django-oauth-toolkit under gunicorn, two processes of four threads, SQLite with the same pragmas,
  client secrets unhashed (its default hashes them at each request); passwords by Django's default,
  PBKDF2 with 1 000 000 rounds.
- Ours hashes passwords with argon2id (19 MiB, two passes), so the rows of the cold sign-in compare
  password hashes. Every commit is one fsync.

The floor is a bare Pyramid view on the same server; one raw RS256 signature took {rs256:.2f} ms.

## Processor time per operation

Milliseconds of server CPU at {concurrency} clients.

{summary}

How many times as much the others take, compared with ours on {references}, each in one process with
one thread (threads of one process of Python wait for each other, which costs processor time, too):

{ratios}

## Start and memory

{starts}

## Everything

Written and growth are bytes per operation: what the processes had written to disk, and by how much
the database grew (SQLite's files and PostgreSQL's tables grow in steps). *Cores* is what the server was given of the
machine. `make bench ARGS="--compare before.json after.json"` compares two runs.

{tables}"""
HEADER = (
    "| operation | clients | per second | p50 ms | p95 ms | p99 ms | CPU ms | to floor | cores "
    "| written | growth | errors |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)
REFERENCE = 8
BUSY = 0.5

Cells = dict[tuple[str, str, int], dict[str, Any]]


def write(results: dict[str, Any], page: Path) -> None:
    """The page, and the picture under the same name."""
    from plot import draw

    machine, cells = results["machine"], _cells(results)
    known = sorted({concurrency for _, _, concurrency in cells})
    at = REFERENCE if REFERENCE in known else known[0]
    picture = page.with_suffix(".svg")
    draw(results, picture)
    load = machine["load_before"]
    references = _references(results)
    page.write_text(
        PAGE.format(
            **{name: machine[name] for name in ("revision", "python", "system", "date", "cores")},
            busy=f" with other work (load {load:.1f} before it began)" if load > BUSY else "",
            picture=picture.name,
            rs256=results["rs256_ms"],
            concurrency=at,
            references=" and ".join(references),
            summary=_summary(results, cells, at),
            ratios=_ratios(results, cells, at, references),
            starts=_starts(results),
            tables="\n".join(_tables(results, cells)),
        )
    )


def _cells(results: dict[str, Any]) -> Cells:
    return {
        (cell["contestant"], cell["workload"], cell["concurrency"]): cell
        for cell in results["cells"]
    }


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(header)
    lines = [names, ["---", *["--:"] * (len(names) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _workloads(results: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(cell["workload"] for cell in results["cells"]))


def _cpu(cells: Cells, label: str, workload: str, concurrency: int) -> float | None:
    cell = cells.get((label, workload, concurrency))
    return None if cell is None else cell["server_cpu"]


def _summary(results: dict[str, Any], cells: Cells, at: int) -> str:
    labels = [n for n, facts in results["contestants"].items() if facts["kind"] != "floor"]
    floors = [n for n, facts in results["contestants"].items() if facts["kind"] == "floor"]
    rows = [
        [workload, *(_ms(_cpu(cells, label, workload, at)) for label in labels)]
        for workload in _workloads(results)
        if workload != "bare view"
    ]
    floor = ", ".join(f"{n} {_ms(_cpu(cells, n, 'bare view', at))} ms" for n in floors)
    return f"{_table(['operation', *labels], rows)}\n\nThe floor: {floor}."


def _references(results: dict[str, Any]) -> dict[str, str]:
    """The embedded storages and their labels, as the first of ours is served."""
    ours = {n: facts for n, facts in results["contestants"].items() if facts["kind"] == "ours"}
    first = next(iter(ours.values()))
    return {
        facts["storage"]: label
        for label, facts in ours.items()
        if (facts["server"], facts["alg"]) == (first["server"], first["alg"])
        and facts["storage"] in FILES
    }


def _ratios(results: dict[str, Any], cells: Cells, at: int, references: dict[str, str]) -> str:
    peers = [n for n, facts in results["contestants"].items() if facts["kind"] == "peer"]
    if not peers:
        return "No other provider took part in this run."
    pairs = [(peer, storage) for peer in peers for storage in references]
    rows = []
    for workload in _workloads(results):
        found = [
            (_cpu(cells, peer, workload, at), _cpu(cells, references[storage], workload, at))
            for peer, storage in pairs
        ]
        if any(theirs and ours for theirs, ours in found):
            rows.append([workload, *(_times(theirs, ours) for theirs, ours in found)])
    return _table(["operation", *(f"{peer} / {storage}" for peer, storage in pairs)], rows)


def _times(theirs: float | None, ours: float | None) -> str:
    return f"{theirs / ours:.1f}" if theirs and ours else ""


def _starts(results: dict[str, Any]) -> str:
    rows = [
        [label, *(f"{facts[name]:.{digits}f}" for name, digits in _STARTS)]
        for label, facts in results["contestants"].items()
    ]
    return _table(["", "first answer after, s", "then MiB", "MiB after all of it"], rows)


_STARTS = (("start_s", 2), ("idle_mib", 0), ("memory_mib", 0))


def _tables(results: dict[str, Any], cells: Cells) -> Iterable[str]:
    floors = {
        facts["server"]: label
        for label, facts in results["contestants"].items()
        if facts["kind"] == "floor"
    }
    for label, facts in results["contestants"].items():
        floor = floors.get(facts.get("server", ""))
        rows = [
            _row(cell, _cpu(cells, floor, "bare view", key[2]) if floor else None)
            for key, cell in cells.items()
            if key[0] == label
        ]
        yield "\n".join([f"### {label}", "", HEADER, *rows, ""])


def _row(cell: dict[str, Any], floor: float | None) -> str:
    to_floor = f"{cell['server_cpu'] / floor:.1f}" if floor else ""
    return (
        f"| {cell['workload']} | {cell['concurrency']} | {cell['per_second']:.0f} "
        f"| {cell['p50']:.1f} | {cell['p95']:.1f} | {cell['p99']:.1f} "
        f"| {cell['server_cpu']:.2f} | {to_floor} | {cell['cores']:.2f} "
        f"| {cell['written']:.0f} | {cell['growth']:.0f} | {cell['errors']} |"
    )


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
