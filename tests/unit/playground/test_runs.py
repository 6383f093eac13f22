"""The store of runs: bounded, each run to its own visitor."""

import threading

import pytest

from oidc_pyramid.playground.entry import Entry
from oidc_pyramid.playground.options import Options
from oidc_pyramid.playground.runs import LIFE, MOST_ENTRIES, MOST_RUNS, WALK, Run, Runs
from oidc_pyramid.playground.wire import Busy


def run(visitor="v", started_at=1000):
    return Run(visitor, Options(), started_at)


def test_the_oldest_runs_give_way():
    runs, first = Runs(), run()
    runs.add(first)
    for _ in range(MOST_RUNS):
        runs.add(run())
    assert len(runs) == MOST_RUNS
    assert runs.get("v", first.id) is None


def test_old_runs_are_forgotten():
    runs, old = Runs(), run()
    runs.add(old)
    runs.add(run("w", 1000 + LIFE))
    assert runs.get("v", old.id) is old
    runs.add(run("w", 1001 + LIFE))
    assert runs.get("v", old.id) is None


def test_a_run_is_found_by_its_visitor_alone():
    runs, one = Runs(), run()
    runs.add(one)
    assert runs.get("v", one.id) is runs.by_state("v", one.state) is one
    assert runs.by_logout_state("v", one.logout_state) is one
    assert runs.get("w", one.id) is None
    assert runs.by_state("w", one.state) is None
    assert runs.by_state("v", one.logout_state) is None
    assert runs.latest("w") is None


def test_many_threads_leave_it_whole():
    runs = Runs()

    def work(name):
        for _ in range(100):
            one = run(name)
            runs.add(one)
            runs.by_state(name, one.state)
            runs.latest(name)

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == MOST_RUNS


def test_one_step_at_a_time(monkeypatch):
    monkeypatch.setattr("oidc_pyramid.playground.runs.PATIENCE", 0.01)
    one = run()
    with one.alone(), pytest.raises(Busy), one.alone():
        pass
    with one.alone():
        pass


def test_a_long_run_keeps_its_walk_and_its_latest_entries():
    one = run()
    for number in range(MOST_ENTRIES + 10):
        one.add(Entry(str(number), ""))
    names = [entry.name for entry in one.entries]
    assert len(names) == MOST_ENTRIES
    assert names[:WALK] == ["0", "1", "2", "3", "4"]
    assert names[WALK] == "15"


@pytest.mark.spec("RFC 7636", "4.1")
def test_the_verifier_is_long_and_of_the_right_letters():
    assert len(run().verifier) == 64
    assert set(run().verifier) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
