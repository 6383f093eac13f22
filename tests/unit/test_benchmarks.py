"""The benchmarks start, and `growth.py` says what costs more than it may."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NAMES = ("code flow, regulars", "userinfo, anybody")
excesses = runpy.run_path(str(BENCHMARKS / "bounds.py"))["excesses"]


def size(people):
    return {
        "people": people,
        "start_s": 1.4,
        "worker_mib": 180.0,
        "search_cold_ms": 0.7,
        "search_warm_ms": 0.04,
        "cells": {name: {"server_cpu": 4.0, "errors": 0} for name in NAMES},
    }


@pytest.fixture
def results():
    return [size(1000), size(10_000), size(1_000_000)]


def test_what_is_within_its_bounds_is_not_spoken_of(results):
    results[2]["cells"][NAMES[0]]["server_cpu"] = 6.0
    results[2] |= {"search_cold_ms": 900.0, "start_s": 59.0, "worker_mib": 1000.0}
    assert excesses(results) == []


def test_a_request_over_http_may_take_one_and_a_half_times_as_much(results):
    results[2]["cells"][NAMES[1]]["server_cpu"] = 6.1
    (told,) = excesses(results)
    assert told.startswith("userinfo, anybody: 6.10 ms with 1000000 people is 1.52 times the 4.00")


def test_the_largest_is_compared_with_the_smallest_however_they_are_named(results):
    results[2]["cells"][NAMES[1]]["server_cpu"] = 6.1
    assert excesses(reversed(results)) == excesses(results)


@pytest.mark.parametrize(
    "name,value",
    [
        ("start_s", 61),
        ("worker_mib", 1025),
        ("search_cold_ms", 1001),
        ("search_warm_ms", 1001),
    ],
)
def test_what_has_a_bound_of_its_own(results, name, value):
    results[1][name] = value
    (told,) = excesses(results)
    assert f"{value} " in told
    assert "10000 people" in told


def test_failures_are_cheap_and_prove_nothing(results):
    results[2]["cells"][NAMES[0]] |= {"server_cpu": 0.1, "errors": 3}
    assert excesses(results) == [
        "code flow, regulars: 3 operations failed with 1000000 people.",
    ]


def test_one_size_alone_has_the_bounds_that_need_no_other():
    alone = size(1000)
    assert excesses([alone]) == []
    alone["start_s"] = 99.0
    assert len(excesses([alone])) == 1


@pytest.mark.parametrize("name", ["capacity", "growth", "run", "steady", "sizes"])
def test_a_benchmark_finds_what_it_imports(name):
    """They are run by hand, rarely: what moves in the package would break them unseen."""
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
