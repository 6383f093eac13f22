"""SQLite against FileStorage: ``python benchmarks/storage.py`` (two minutes).

Insert: one authorization in a commit of its own. Flow: /authorize of somebody who is signed in and
/token with the code, one commit, through the whole application without a socket. Every case runs in
processes of its own; the rounds alternate, so that a busy moment strikes all of them alike.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

CASES = (
    ("FileStorage", 1, 1),
    ("SQLite", 1, 1),
    ("FileStorage", 1, 4),
    ("SQLite", 1, 4),
    ("SQLite", 2, 1),
    ("SQLite", 2, 4),
)
URIS = {"FileStorage": "file://{}/Data.fs", "SQLite": "sqlite://{}/db"}
WORKS = ("insert", "flow")
FAST_START = 2.5


def main() -> None:
    """Print a table; the ratio is to FileStorage with one process and as many threads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker")
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(work(**json.loads(options.worker))))
    else:
        compare(options.seconds, options.rounds)


def compare(seconds: float, rounds: int) -> None:
    """All cases of both works, round by round."""
    with tempfile.TemporaryDirectory() as folder:
        uris = {name: uri.format(folder) for name, uri in URIS.items()}
        for uri in uris.values():
            prepare(uri)
        print(f"one fsync of a 4 KiB append: {fsync_ms(folder):.2f} ms (median)\n")
        rates: dict[tuple[str, str, int, int], list[dict[str, float]]] = {}
        for _ in range(rounds):
            for kind in WORKS:
                for name, processes, threads in CASES:
                    measured = run(uris[name], kind, processes, threads, seconds)
                    rates.setdefault((kind, name, processes, threads), []).append(measured)
    table(rates)


def table(rates: dict[tuple[str, str, int, int], list[dict[str, float]]]) -> None:
    """Medians over the rounds, as Markdown."""
    print(
        "| work | storage | processes x threads | per second | ratio | p50 | p95 | CPU | retried |"
    )
    print("|---|---|---|--:|--:|--:|--:|--:|--:|")
    for (kind, name, processes, threads), rounds in rates.items():
        here = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
        base = statistics.median(
            one["rate"] for one in rates[kind, "FileStorage", 1, 4 if threads == 4 else 1]
        )
        print(
            f"| {kind} | {name} | {processes} x {threads} | {here['rate']:.0f} "
            f"| {here['rate'] / base:.2f} | {here['p50']:.1f} ms | {here['p95']:.1f} ms "
            f"| {here['cpu']:.1f} ms | {here['retried']:.1%} |"
        )


def fsync_ms(folder: str) -> float:
    """What the disk asks for a commit, at least."""
    times = []
    with Path(folder, "fsync").open("wb") as file:
        for _ in range(100):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def run(uri: str, kind: str, processes: int, threads: int, seconds: float) -> dict[str, float]:
    """Start the processes, let them begin together, add up what they did."""
    begin = time.time() + FAST_START
    task = {"uri": uri, "kind": kind, "threads": threads, "seconds": seconds, "begin": begin}
    command = (sys.executable, __file__, "--worker", json.dumps(task))
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    done = [json.loads(one.communicate()[0]) for one in started]
    times = sorted(t for one in done for t in one["times"])
    return {
        "rate": len(times) / seconds,
        "p50": 1000 * times[len(times) // 2],
        "p95": 1000 * times[int(len(times) * 0.95)],
        "cpu": 1000 * sum(one["cpu"] for one in done) / len(times),
        "retried": sum(one["retries"] for one in done) / len(times),
    }


def work(uri: str, kind: str, threads: int, seconds: float, begin: float) -> dict[str, Any]:
    """One process: open, wait for the others, repeat until the time is over."""
    op = open_provider(uri)
    retries: list[int] = []
    make = {"insert": inserter, "flow": flow}[kind]
    prepared = [make(op, retries) for _ in range(threads)]
    times: list[list[float]] = [[] for _ in range(threads)]
    time.sleep(max(0, begin - time.time()))
    until = time.perf_counter() + seconds

    def repeat(index: int) -> None:
        while (began := time.perf_counter()) < until:
            prepared[index]()
            times[index].append(time.perf_counter() - began)

    running = [threading.Thread(target=repeat, args=(index,)) for index in range(threads)]
    retries.clear()
    cpu = time.process_time()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    cpu = time.process_time() - cpu
    op.db.close()
    return {"times": [t for one in times for t in one], "retries": len(retries), "cpu": cpu}


def inserter(op: Any, retries: list[int]) -> Callable[[], object]:
    """What a redemption writes, without what it decides."""
    from oidc_pyramid.models.authorizations import Authorization
    from oidc_pyramid.storage import ROOT_KEY, in_transaction

    def once() -> None:
        tries: list[int] = []

        def insert(root: Any) -> None:
            tries.append(1)
            now = int(time.time())
            one = Authorization(secrets.token_hex(16), now=now, client_id="rp", scope=("openid",))
            one.keep(now + 3600)
            root[ROOT_KEY].authorizations.add(one)

        in_transaction(op.db, insert)
        retries.extend(tries[1:])

    return once


def flow(op: Any, retries: list[int]) -> Callable[[], object]:
    """A browser of its own, signed in and consented."""
    from pyramid_retry import IBeforeRetry

    from oidc_pyramid.testing import RelyingParty, code_flow

    if retries is not getattr(op, "counted", None):
        op.counted = retries
        op.app.registry.registerHandler(lambda _event: retries.append(1), (IBeforeRetry,))
    rp = RelyingParty("rp", "a secret", "https://rp.example/cb")
    browser = op.browser()
    code_flow(op, browser, rp)
    return lambda: code_flow(op, browser, rp)


def open_provider(uri: str) -> Any:
    """The provider in that database."""
    warnings.simplefilter("ignore")
    from oidc_pyramid.testing import make_provider

    key = json.loads(Path(uri.split("://")[1]).parent.joinpath("key.json").read_text())
    settings = {"oidc.signing_alg": "ES256", "oidc.signing_algs": "ES256", "zodbconn.uri": uri}
    return make_provider(keys=[key], **settings)


def prepare(uri: str) -> None:
    """A client and a person."""
    from oidc_pyramid.protocol.jose import new_key

    path = Path(uri.split("://")[1]).parent / "key.json"
    path.write_text(json.dumps(new_key("ES256")))
    op = open_provider(uri)
    op.add_client("rp", secret="a secret")
    op.add_user("alice", "wonderland")
    op.db.close()


if __name__ == "__main__":
    main()
