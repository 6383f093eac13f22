"""Tiny host applications, each a package in this folder, and the provider inside them."""

import pytest
from pyramid.config import Configurator

from oidc_pyramid import testing


@pytest.fixture
def serve(jwks, tmp_path):
    """A host's ``configure(config)`` as a running application with an empty provider in it."""

    def make(configure, **settings):
        merged = {**testing.SETTINGS, "host.database": f"sqlite:///{tmp_path}/host.db", **settings}
        with Configurator(settings=merged) as config:
            testing.found_provider(config, jwks)
            configure(config)
        return testing.TestProvider(config.make_wsgi_app(), merged)

    return make
