"""Providers are shared, the people and clients at them are not: that keeps the attacks fast."""

import time
from dataclasses import replace

import pytest
from pyramid.config import Configurator

from oidc_pyramid import testing
from tests.functional.attacks.cast import make_cast, walk
from tests.functional.attacks.handles import handles_of

pytest.register_assert_rewrite("tests.functional.attacks.musts")


@pytest.fixture(scope="session")
def providers(jwks):
    """The provider with these settings, made once; its small key is parsed fast."""
    made = {}

    def get(configure=None, **settings):
        key = (configure, *sorted(settings.items()))
        if key not in made:
            merged = {"oidc.scopes": "books", "oidc.signing_alg": "ES256", **settings}
            made[key] = testing.make_provider(configure, keys=jwks[1:], **merged)
        return made[key]

    return get


@pytest.fixture(scope="session")
def make_cast_with(providers):
    """A cast of its own, at the provider with these settings."""

    def make(configure=None, **settings):
        return make_cast(providers(configure, **settings))

    return make


@pytest.fixture
def cast(make_cast_with):
    """For attacks after which something is different."""
    return make_cast_with()


@pytest.fixture(scope="session")
def shared(make_cast_with):
    """For attacks that must change nothing."""
    return make_cast_with()


@pytest.fixture(scope="session")
def signed_in(shared):
    """A browser of the victim, who has allowed A and B what they ask for."""
    browser = shared.browser()
    for rp in (shared.a, shared.b):
        walk(shared, browser, rp)
    return browser


@pytest.fixture(scope="session")
def handles(make_cast_with):
    """The handles of a flow of somebody else."""
    return handles_of(make_cast_with())


@pytest.fixture
def clock(time_machine):
    """The time, which goes on from now and can be shifted."""
    time_machine.move_to(time.time())
    return time_machine


@pytest.fixture
def restarted():
    """The same cast after a restart: another application on the same database."""

    def restart(cast):
        with Configurator(settings=dict(cast.op.settings)) as config:
            config.registry._zodb_databases = {"": cast.op.db}
            config.include("oidc_pyramid")
        op = testing.TestProvider(config.make_wsgi_app(), cast.op.settings)
        op.runtime.standalone = True
        return replace(cast, op=op)

    return restart
