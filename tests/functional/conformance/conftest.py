"""One test per module of the OpenID Foundation's suite, over the flows of its plans.

``@pytest.mark.conformance("oidcc-server", flows=BASIC)`` runs a test once per module and flow;
both are in the test's name, so that ``pytest -k oidcc-server`` finds it.
"""

import time
from itertools import count

import pytest
import time_machine

from oidc_pyramid import testing
from tests.functional.conformance.flows import FLOWS, TYPES
from tests.functional.conformance.party import Party
from tests.functional.conformance.person import CLAIMS, SCOPES

NUMBERS = count(1)
SETTINGS = {
    "oidc.response_types": ", ".join(TYPES),
    "oidc.acr_values": "password password+key",
    "oidc.throttle_address": "100000",
}


def pytest_generate_tests(metafunc):
    mark = metafunc.definition.get_closest_marker("conformance")
    if mark is None:
        return
    runs = [(module, flow) for module in mark.args for flow in mark.kwargs.get("flows", FLOWS)]
    names = [f"{module}:{flow}" for module, flow in runs]
    metafunc.parametrize("run", runs, ids=names, indirect=True)


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
    """One provider for all modules: each brings its own client and browser."""
    op = testing.make_provider(keys=jwks, **SETTINGS)
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


@pytest.fixture
def clock():
    """The time stands still; ``clock.shift(seconds)`` moves it."""
    with time_machine.travel(int(time.time()), tick=False) as traveller:
        yield traveller
