"""Fixtures of the functional tests: a provider in memory with one client and one person."""

import pytest

from oidc_pyramid import testing
from oidc_pyramid.protocol.jose import new_key


@pytest.fixture(scope="session")
def jwks():
    """Private keys made once: an RSA key takes a while."""
    return [new_key("RS256"), new_key("ES256")]


@pytest.fixture
def make_op(jwks):
    """Make a provider with these settings."""

    def make(configure=None, **settings):
        keys = settings.pop("keys", jwks)
        return testing.make_provider(configure, keys=keys, **settings)

    return make


@pytest.fixture
def op(make_op):
    return make_op()


@pytest.fixture
def rp(op):
    return op.add_client("rp")


@pytest.fixture
def alice(op):
    return op.add_user("alice", "wonderland", name="Alice Liddell", email="alice@example.org")


@pytest.fixture
def browser(op):
    return op.browser()
