"""Evolve steps: run once, in order, recorded; a newer database is left alone."""

from contextlib import closing

import pytest

import oidc_pyramid
from oidc_pyramid.founding import found
from oidc_pyramid.models import evolve
from oidc_pyramid.models.evolve import NewerDatabase, pending
from oidc_pyramid.models.provider import SCHEMA, Provider
from oidc_pyramid.settings import read_settings
from oidc_pyramid.storage import ROOT_KEY, WrongSchema, open_database, provider_in, snapshot
from oidc_pyramid.testing import SETTINGS


@pytest.fixture
def settings(tmp_path):
    return {
        **SETTINGS,
        "oidc.signing_alg": "ES256",
        "oidc.signing_algs": "ES256",
        "zodbconn.uri": f"sqlite://{tmp_path}/db",
    }


@pytest.fixture
def older(settings, jwk):
    """A database of today's schema, which will be yesterday's."""
    init(settings, [jwk])
    return settings


def init(settings, keys=()):
    """As ``oidc-pyramid init`` does."""
    with closing(open_database(settings, create=True)) as db:
        return found(db, read_settings(settings), now=0, keys=keys, people=False)


def schema_of(settings):
    with closing(open_database(settings)) as db, snapshot(db) as root:
        provider = provider_in(root)
        return provider.schema, getattr(provider, "trace", ())


@pytest.fixture
def newer_code(monkeypatch):
    """This version, two schemas on."""

    def step(number):
        def run(provider):
            provider.trace = (*getattr(provider, "trace", ()), number)

        return run

    steps = {SCHEMA + 1: step(SCHEMA + 1), SCHEMA + 2: step(SCHEMA + 2)}
    monkeypatch.setattr(evolve, "SCHEMA", SCHEMA + 2)
    monkeypatch.setattr(evolve, "STEPS", {**evolve.STEPS, **steps})
    return steps


def test_every_schema_since_the_first_has_a_step():
    assert sorted(evolve.STEPS) == list(range(2, SCHEMA + 1))


def test_steps_run_once_in_order_and_are_recorded(older, newer_code):
    said = init(older)
    assert said == [f"Ran evolve step {number}." for number in newer_code]
    assert schema_of(older) == (SCHEMA + 2, tuple(newer_code))
    assert init(older) == []
    assert schema_of(older) == (SCHEMA + 2, tuple(newer_code))


def test_a_start_waits_for_the_steps(older, newer_code):
    with pytest.raises(WrongSchema, match="oidc-pyramid init"):
        oidc_pyramid.main({}, **older)
    init(older)
    app = oidc_pyramid.main({}, **older)
    app.registry._zodb_databases[""].close()


def test_a_step_that_fails_leaves_everything_as_it_was(older, newer_code, monkeypatch):
    def fail(_provider):
        raise RuntimeError("half-way")

    monkeypatch.setitem(evolve.STEPS, SCHEMA + 2, fail)
    with pytest.raises(RuntimeError):
        init(older)
    assert schema_of(older) == (SCHEMA, ())


def test_a_newer_database_is_left_alone(older):
    with closing(open_database(older)) as db, db.transaction() as connection:
        connection.root()[ROOT_KEY].schema = SCHEMA + 1
    for start in (init, lambda settings: oidc_pyramid.main({}, **settings)):
        with pytest.raises(WrongSchema, match="upgrade"):
            start(older)
    assert schema_of(older) == (SCHEMA + 1, ())


def test_a_newer_provider_is_not_evolved():
    provider = Provider(b"RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c", now=0)
    provider.schema = SCHEMA + 1
    with pytest.raises(NewerDatabase):
        pending(provider)
