"""Fetched keys of clients: kept, asked for again when they may have changed, never too often."""

import json

import pytest

from oidc_pyramid.client_keys import ClientKeys
from oidc_pyramid.fetch import Fetched, FetchRefused
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.jose import JoseError, Signer, new_key, public_part

URI = "https://rp.example/jwks"


class Server:
    """Serves some keys, and counts how often it is asked."""

    def __init__(self, *keys, max_age=None):
        self.keys, self.max_age, self.asked, self.down = keys, max_age, 0, False

    def get(self, url):
        self.asked += 1
        if self.down:
            raise FetchRefused("down")
        body = json.dumps({"keys": [public_part(key) for key in self.keys]}).encode()
        return Fetched(200, "application/json", body, self.max_age)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def key():
    return new_key("ES256")


@pytest.fixture(scope="module")
def successor():
    return new_key("ES256")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(key):
    return Server(key)


@pytest.fixture
def known(server, clock):
    return ClientKeys(server, clock)


@pytest.fixture
def client():
    return Client("rp", now=1, jwks_uri=URI)


def signed(key, kid=None):
    return Signer(json.dumps(key), "ES256", kid or key["kid"]).sign({"sub": "x"})


def good(known, client, token):
    try:
        return known.verify(client, token, ["ES256"])["sub"] == "x"
    except JoseError:
        return False


def test_they_are_kept_for_a_minute(known, client, server, clock, key):
    for _ in range(10):
        assert good(known, client, signed(key))
    assert server.asked == 1
    clock.now += 60
    assert good(known, client, signed(key))
    assert server.asked == 2


@pytest.mark.spec("Core", "10.1.1")
def test_an_unknown_kid_asks_again(known, client, server, clock, key, successor):
    assert good(known, client, signed(key))
    server.keys = (key, successor)
    clock.now += 6
    assert good(known, client, signed(successor))
    assert server.asked == 2


@pytest.mark.spec("Core", "10.1.1")
def test_a_signature_that_does_not_match_asks_again(known, client, server, clock, key, successor):
    assert good(known, client, signed(key))
    server.keys = ({**successor, "kid": key["kid"]},)
    clock.now += 6
    assert good(known, client, signed(successor, key["kid"]))


def test_sf_06_unknown_kids_do_not_make_us_hammer(known, client, server, clock, key):
    for _ in range(1000):
        assert not good(known, client, signed(key, "unknown"))
        clock.now += 0.05
    assert server.asked == 2
    clock.now += 60
    assert good(known, client, signed(key))


@pytest.mark.parametrize("max_age", [None, 0, 1])
def test_sf_06_two_in_a_minute_whatever_the_server_says(client, clock, key, max_age):
    server = Server(key, max_age=max_age)
    known = ClientKeys(server, clock)
    for second in range(600):
        clock.now = 1000.0 + second
        good(known, client, signed(key, "unknown"))
    assert server.asked <= 21


def test_sf_06_a_server_that_is_down_is_left_in_peace(known, client, server, clock, key):
    assert good(known, client, signed(key))
    server.down = True
    for _ in range(120):
        clock.now += 1
        assert good(known, client, signed(key))
    assert server.asked <= 5


def test_sf_06_a_removed_key_is_gone_within_two_minutes(known, client, server, clock, key):
    assert good(known, client, signed(key))
    server.keys = ()
    server.keys = (new_key("ES256"),)
    clock.now += 120
    assert not good(known, client, signed(key))


def test_sf_06_one_client_is_not_held_up_by_another(known, client, server, key):
    for _ in range(3):
        good(known, client, signed(key, "unknown"))
    other = Client("other", now=1, jwks_uri="https://other.example/jwks")
    assert good(known, other, signed(key))
