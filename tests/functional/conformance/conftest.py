"""One test per module of the OpenID Foundation's suite, over the flows of its plans.

``@pytest.mark.conformance("oidcc-server", flows=BASIC)`` runs a test once per module and flow;
both are in the test's name, so that ``pytest -k oidcc-server`` finds it.
"""

import time
from configparser import RawConfigParser
from itertools import count
from pathlib import Path

import pytest
import time_machine
from joserfc.jwk import RSAKey

from oidc_pyramid import testing
from oidc_pyramid.client_keys import ClientKeys
from tests.functional.conformance.flows import FLOWS
from tests.functional.conformance.party import Party
from tests.functional.conformance.person import CLAIMS, SCOPES
from tests.functional.conformance.registering import Web, as_party, metadata_for, register

NUMBERS = count(1)
INI = Path(__file__).parents[3] / "conformance.ini"
THIS_MACHINE = {"oidc.issuer", "oidc.secret", "oidc.fetch_ca_bundle"}


def pytest_generate_tests(metafunc):
    mark = metafunc.definition.get_closest_marker("conformance")
    if mark is None:
        return
    runs = [(module, flow) for module in mark.args for flow in mark.kwargs.get("flows", FLOWS)]
    names = [f"{module}:{flow}" for module, flow in runs]
    metafunc.parametrize("run", runs, ids=names, indirect=True)


def settings():
    """What ``conformance.ini`` switches on for the suite itself."""
    ini = RawConfigParser()
    ini.read(INI, encoding="utf-8")
    section = ini["app:main"].items()
    return {k: v for k, v in section if k.startswith("oidc.") and k not in THIS_MACHINE}


@pytest.fixture(autouse=True)
def run(request):
    """The module and the flow of this test."""
    return request.param


@pytest.fixture
def module(run):
    return run[0]


@pytest.fixture
def flow(run):
    return run[1]


@pytest.fixture(scope="session")
def op(jwks):
    """The provider of ``conformance.ini``; each module brings its own client and browser."""
    op = testing.make_provider(keys=jwks, **settings(), **{"oidc.throttle_address": "100000"})
    op.add_user("alice", "wonderland", **CLAIMS)
    return op


@pytest.fixture
def add_client(op, flow):
    """Register a client for the flow of this test."""

    def add(**metadata):
        client_id = f"client-{next(NUMBERS)}"
        metadata.setdefault("redirect_uris", [f"https://{client_id}.example/callback"])
        metadata.setdefault("response_types", (flow.response_type,))
        metadata.setdefault("scope", SCOPES)
        return op.add_client(client_id, **metadata)

    return add


@pytest.fixture
def party(op, add_client, flow):
    """A relying party with a browser that nobody has used."""
    return Party(op, add_client(), flow)


@pytest.fixture(scope="session")
def client_keys():
    """Two keys without kid: the second one is for rotation."""
    return [RSAKey.generate_key(2048) for _ in range(2)]


@pytest.fixture
def web(op, monkeypatch):
    """The suite's own server."""
    web = Web()
    monkeypatch.setattr(op.runtime, "fetcher", web)
    monkeypatch.setattr(op.runtime, "client_keys", ClientKeys(web))
    return web


@pytest.fixture
def registered(party, flow, client_keys):
    """Register with these metadata; the party is that client from then on."""

    def make(**more):
        party.made = register(party.browser, metadata_for(flow, client_keys[:1], **more))
        party.client = as_party(party.made)
        return party

    return make


@pytest.fixture
def clock():
    """The time stands still; ``clock.shift(seconds)`` moves it."""
    with time_machine.travel(int(time.time()), tick=False) as traveller:
        yield traveller
