"""What the specifications demand of the server: one provider for all, a client for each test."""

import time
from itertools import count

import pytest
import time_machine

from oidc_pyramid import testing

NUMBERS = count(1)
SETTINGS = {
    "oidc.response_types": "code, id_token, id_token token, code id_token, none",
    "oidc.throttle_address": "100000",
}
SCOPES = ("openid", "profile", "email", "phone", "address", "offline_access")


@pytest.fixture(scope="session")
def shared_op(jwks):
    op = testing.make_provider(keys=jwks, **SETTINGS)
    name = {"name": "Alice Liddell", "email": "alice@example.org"}
    op.people = {
        "alice": op.add_user("alice", "wonderland", **name),
        "bob": op.add_user("bob", "builder-builder", name="Bob"),
    }
    return op


@pytest.fixture
def op(shared_op):
    """Shared by all tests that don't make their own; never change its people."""
    return shared_op


@pytest.fixture
def alice(op):
    return op.people["alice"]


@pytest.fixture
def bob(op):
    return op.people["bob"]


@pytest.fixture
def add_client(op):
    """Register another client, with a host of its own."""

    def add(**metadata):
        client_id = f"client-{next(NUMBERS)}"
        metadata.setdefault("redirect_uris", [f"https://{client_id}.example/cb"])
        metadata.setdefault("scope", SCOPES)
        return op.add_client(client_id, **metadata)

    return add


@pytest.fixture
def rp(add_client):
    """A confidential client of the code flow."""
    return add_client()


@pytest.fixture
def public(add_client):
    """A public client at an https address."""
    return add_client(secret=None)


@pytest.fixture
def implicit(add_client):
    """A client of every response type that is on."""
    types = ("code", "id_token", "id_token token", "code id_token", "none")
    return add_client(response_types=types)


@pytest.fixture
def clock():
    """The time stands still; ``clock.shift(seconds)`` moves it."""
    with time_machine.travel(int(time.time()), tick=False) as traveller:
        yield traveller


@pytest.fixture
def own_op(make_op):
    """Make a provider with these settings and alice in it."""

    def make(**settings):
        settings = {f"oidc.{name}": value for name, value in settings.items()}
        op = make_op(**{"oidc.throttle_address": "100000", **settings})
        op.add_user("alice", "wonderland", name="Alice Liddell", email="alice@example.org")
        return op

    return make
