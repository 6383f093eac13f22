"""The short form of each soak: real workers under load, a fault, and the ledger read afterwards."""

import os

import pytest

from soak.__main__ import every
from soak.outcome import SHORT
from soak.proxy import available
from soak.storages import programs

SCENARIOS = every()
SHORT_FORMS = [
    ("clock", "sqlite"),
    ("conflicts", "sqlite"),
    ("ends", "sqlite"),
    ("full_disk", "sqlite"),
    ("kills", "sqlite"),
    ("races", "sqlite"),
    ("rotation", "sqlite"),
    ("signals", "sqlite"),
    ("storage_gone", "zeo"),
    ("throttle", "sqlite"),
    ("upkeep", "sqlite"),
]


ON_POSTGRESQL = ["storage_gone"]


def broken(name, storage, tmp_path):
    return SCENARIOS[name].run(storage, tmp_path / storage, SHORT).broken


def do_without(message):
    """Skipped where it is not installed; in CI everything is."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.mark.parametrize("name, storage", SHORT_FORMS)
def test_a_fault_under_load(name, storage, tmp_path):
    assert broken(name, storage, tmp_path) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("name", ON_POSTGRESQL)
def test_a_fault_under_load_on_postgresql(name, tmp_path):
    try:
        programs()
    except FileNotFoundError as missing:
        do_without(str(missing))
    assert broken(name, "postgresql", tmp_path) == []


def test_slow_clients(tmp_path):
    if not available():
        do_without("install nginx and openssl (Debian: apt install nginx-light openssl)")
    assert broken("slow_clients", "sqlite", tmp_path) == []


def test_each_scenario_has_a_short_form():
    assert {name for name, _ in SHORT_FORMS} | {"slow_clients"} == set(SCENARIOS)
