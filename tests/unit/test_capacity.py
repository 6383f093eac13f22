"""The simulation of capacity agrees with what queueing theory knows."""

import json
import random
import sys
from argparse import Namespace
from dataclasses import replace
from math import factorial
from pathlib import Path
from statistics import mean

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from demand import at_rate, costs
from simulated import Machine, Operation, simulate

ONE = Machine(cores=1, workers=1, threads=1)
MANY = Machine(cores=8, workers=8, threads=50)
MS = 0.001


def mean_wait(machine, arrivals):
    return mean(simulate(machine, arrivals).waits["work"])


def poisson(busy, operation, servers=1):
    """The busier, the longer until the mean says something."""
    rate, number = busy * servers / operation.alone, 3000 / (1 - busy) ** 2
    return at_rate(rate, number / rate, {operation: 1.0}, seed=7)


def of_any_length(arrivals):
    """The same on average, but exponential: theory's M in the middle."""
    chance = random.Random(8)  # noqa: S311 - no secret
    for when, operation in arrivals:
        yield when, replace(operation, python=chance.expovariate(1 / operation.python))


def erlang_c(servers, busy):
    """The chance that one has to wait in M/M/c."""
    load = servers * busy
    waits = load**servers / factorial(servers) / (1 - busy)
    return waits / (sum(load**n / factorial(n) for n in range(servers)) + waits)


@pytest.mark.parametrize(
    "machine,operation,busy",
    [
        pytest.param(ONE, Operation("work", 2 * MS), 0.6, id="a core"),
        pytest.param(ONE, Operation("work", 2 * MS), 0.8, id="a busy core"),
        pytest.param(MANY, Operation("work", 0.0, commit=2 * MS), 0.6, id="the lock of commits"),
    ],
)
def test_equal_work_waits_as_in_m_d_1(machine, operation, busy):
    expected = busy * operation.alone / (2 * (1 - busy))
    assert mean_wait(machine, poisson(busy, operation)) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("servers", [1, 2, 4])
def test_unequal_work_waits_as_in_m_m_c(servers):
    busy, operation = 0.6, Operation("work", 2 * MS)
    machine = Machine(cores=servers, workers=servers, threads=1)
    arrivals = of_any_length(poisson(busy, operation, servers))
    expected = erlang_c(servers, busy) * operation.python / (servers * (1 - busy))
    assert mean_wait(machine, arrivals) == pytest.approx(expected, rel=0.05)


SIGN_IN = Operation("sign-in", 3 * MS, 4, hash=17 * MS, commit=1 * MS)


def storm(number=3000, rate=300.0):
    return at_rate(rate, number / rate, {SIGN_IN: 1.0}, seed=3)


@pytest.mark.parametrize("wait", [0.05, 5.0])
def test_who_came_was_served_or_turned_away(wait):
    machine = Machine(cores=2, workers=2, threads=1000, hash_wait=wait)
    found = simulate(machine, storm())
    assert found.turned_away > 0
    assert len(found.waits["sign-in"]) + found.turned_away == len(list(storm()))


def test_few_threads_turn_nobody_away_whatever_the_storm():
    """They wait before the worker, where no setting of ours ends it."""
    found = simulate(Machine(cores=2, workers=2, threads=4), storm())
    assert found.turned_away == 0
    assert found.wait("sign-in", 0.99) > 5


def test_more_cores_never_make_anybody_wait_longer():
    found = [simulate(Machine(cores=n, workers=n), storm()) for n in (1, 2, 4, 8, 16)]
    for share in (0.5, 0.95, 0.99):
        waits = [one.wait("sign-in", share) for one in found]
        assert waits == sorted(waits, reverse=True)
    assert [one.cores for one in found] == sorted((one.cores for one in found), reverse=True)


def test_how_busy_is_the_work_that_there_was():
    operation = Operation("work", 2 * MS, commit=1 * MS)
    rate = 200.0
    found = simulate(MANY, at_rate(rate, 60.0, {operation: 1.0}, seed=5))
    assert found.cores == pytest.approx(rate * operation.python / MANY.cores, rel=0.05)
    assert found.commits == pytest.approx(rate * operation.commit, rel=0.05)


def test_a_file_of_results_goes_before_the_options(tmp_path):
    cells = [
        {"contestant": "one", "concurrency": many, "workload": name, "server_cpu": ms * many / 8}
        for name, ms in {
            "cold sign-in": 30.0,
            "code flow": 3.0,
            "refresh": 2.0,
            "jwks": 1.0,
        }.items()
        for many in (1, 8)
    ]
    (tmp_path / "run.json").write_text(json.dumps({"cells": cells}))
    named = {"sign_in_ms": 20.0, "flow_ms": 1.7, "refresh_ms": 1.0, "hash_ms": None}
    options = Namespace(**named, commit_ms=0.5, results=str(tmp_path / "run.json"), label="one")
    found = costs(options)
    assert (found.flow.python, found.refresh.python) == (3 * MS, 2 * MS)
    assert found.sign_in.hash == pytest.approx(24 * MS)
    assert found.sign_in.alone == pytest.approx(30.5 * MS)
