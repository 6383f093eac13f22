"""A fetcher that may go to the loopback interface, and is impatient."""

import dataclasses

import pytest

from oidc_pyramid.fetch import Fetcher
from oidc_pyramid.settings import read_settings

SETTINGS = {
    "oidc.issuer": "https://op.example",
    "oidc.secret": "a secret for tests alone: 0123456789 abcdefghij",
}


@pytest.fixture
def make_fetcher():
    def make(timeout=3.0, **settings):
        read = read_settings({**SETTINGS, **settings})
        return Fetcher(dataclasses.replace(read, fetch_timeout=timeout))

    return make


@pytest.fixture
def fetcher(make_fetcher):
    """May go to the loopback interface."""
    return make_fetcher(**{"oidc.fetch_allow": "127.0.0.0/8 ::1/128"})


@pytest.fixture
def impatient(make_fetcher):
    """The same, with half a second for all."""
    return make_fetcher(0.5, **{"oidc.fetch_allow": "127.0.0.0/8 ::1/128"})
