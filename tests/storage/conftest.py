"""Each storage with a provider in it, made once; and a second process where it allows one."""

import os
from contextlib import ExitStack

import pytest

from oidc_pyramid.protocol.jose import new_key
from soak.processes import free_port
from tests.storage.places import Place
from tests.storage.servers import (
    INSTALL_POSTGRESQL,
    postgresql,
    postgresql_database,
    postgresql_programs,
    pserve,
    zeo,
)

ONE_PROCESS = ("file",)
SEVERAL = ("sqlite", "zeo", "postgresql")


def marked(*names):
    return [
        pytest.param(name, marks=pytest.mark.postgresql) if name == "postgresql" else name
        for name in names
    ]


@pytest.fixture(scope="session")
def jwk():
    return new_key("ES256")


@pytest.fixture(scope="session")
def postgresql_folder():
    """A running PostgreSQL; without one the tests are skipped, or fail where CI=true."""
    if postgresql_programs() is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(INSTALL_POSTGRESQL, pytrace=False)
        pytest.skip(INSTALL_POSTGRESQL)
    with postgresql() as folder:
        yield folder


@pytest.fixture(scope="session")
def new_uri(request):
    """``new_uri(name, directory)``: a storage of that kind with nothing in it."""
    with ExitStack() as stack:

        def uri_of(name, directory):
            if name == "file":
                return f"file://{directory}/Data.fs"
            if name == "sqlite":
                return f"sqlite://{directory}/db"
            if name == "zeo":
                return f"zeo://{stack.enter_context(zeo(directory))}?server_sync=true"
            folder = request.getfixturevalue("postgresql_folder")
            return postgresql_database(folder, directory)[0]

        yield uri_of


@pytest.fixture(scope="session")
def places(tmp_path_factory, jwk, new_uri):
    """``places(name)``: the provider on that storage."""
    made = {}
    with ExitStack() as stack:

        def place(name):
            if name not in made:
                directory = tmp_path_factory.mktemp(name)
                made[name] = Place(name, new_uri(name, directory), directory, jwk)
                stack.callback(made[name].close)
            return made[name]

        yield place


@pytest.fixture(params=marked(*ONE_PROCESS, *SEVERAL))
def place(request, places):
    """The provider on each storage."""
    return places(request.param)


@pytest.fixture(scope="session")
def servers(places):
    """``servers(name)``: the place, served by a second process as well."""
    with ExitStack() as stack:

        def serve(name):
            place = places(name)
            if not place.port:
                port = free_port()
                stack.enter_context(pserve(place.ini(port), port))
                place.port = port
            return place

        yield serve


@pytest.fixture(params=marked(*SEVERAL))
def two(request, servers):
    """The provider in two processes."""
    return servers(request.param)
