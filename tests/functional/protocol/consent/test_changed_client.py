"""Consent was given to a name at an address: with another one it is asked for again."""

import pytest

from oidc_pyramid.testing import authorize
from tests.functional.protocol.steps import pages

pytestmark = [pytest.mark.spec("Core", "3.1.2.4")]


@pytest.fixture
def agreed(op, browser, add_client):
    """A client that alice has agreed to."""

    def agree(**metadata):
        rp = add_client(**metadata)
        authorize(op, browser, rp)
        return rp

    return agree


def asks_again(op, browser, rp, **more):
    return pages(op, browser, rp, **more)[0] == ["consent"]


def test_another_name(op, browser, agreed):
    rp = agreed(client_name="Books")
    op.change_client(rp.client_id, client_name="Your Bank")
    assert asks_again(op, browser, rp)


def test_a_name_for_a_client_that_had_none(op, browser, agreed):
    rp = agreed()
    op.change_client(rp.client_id, client_name="Your Bank")
    assert asks_again(op, browser, rp)


@pytest.mark.parametrize("name", ["", "Books"])
def test_another_host(op, browser, agreed, name):
    rp = agreed(client_name=name)
    rp.redirect_uri = "https://elsewhere.example/cb"
    op.change_client(rp.client_id, redirect_uris=(rp.redirect_uri,))
    assert asks_again(op, browser, rp)


@pytest.mark.parametrize("name", ["", "Books"])
def test_a_further_host(op, browser, agreed, name):
    rp = agreed(client_name=name)
    both = (rp.redirect_uri, "https://elsewhere.example/cb")
    op.change_client(rp.client_id, redirect_uris=both)
    assert asks_again(op, browser, rp)


def test_another_path_at_the_same_host(op, browser, agreed):
    rp = agreed(client_name="Books")
    both = (rp.redirect_uri, rp.redirect_uri + "/2")
    op.change_client(rp.client_id, redirect_uris=both)
    assert not asks_again(op, browser, rp)


def test_what_nobody_sees(op, browser, agreed):
    rp = agreed(client_name="Books")
    op.change_client(rp.client_id, default_max_age=10_000, contacts=("x@example.org",))
    assert not asks_again(op, browser, rp)
