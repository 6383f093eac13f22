"""Providers are shared, the people and clients at them are not: that keeps the attacks fast."""

import pytest

from oidc_pyramid import testing
from tests.functional.attacks.cast import make_cast, walk

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
