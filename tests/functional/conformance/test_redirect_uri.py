"""Where nothing may be redirected to (RFC 6749 §3.1.2, Core §3.1.2.1)."""

import pytest

from oidc_pyramid.protocol.redirect_uri import check_registered
from tests.functional.conformance.answers import is_error_page
from tests.functional.conformance.flows import BASIC, ONE

pytestmark = [pytest.mark.spec("Core", "3.1.2.1"), pytest.mark.spec("RFC 6749", "3.1.2.4")]

REGISTERED = "https://query.example/callback?foo=bar"


@pytest.fixture
def with_query(party, add_client):
    """A relying party whose redirect URI has a query."""
    party.client = add_client(redirect_uris=[REGISTERED])
    return party


def refuses(party, redirect_uri):
    response = party.browser.get("/authorize", party.request(redirect_uri=redirect_uri), status=400)
    return is_error_page(response, "invalid_request")


@pytest.mark.conformance("oidcc-ensure-registered-redirect-uri")
def test_a_path_that_is_not_registered(party):
    assert refuses(party, f"{party.client.redirect_uri}/a1b2c3")


@pytest.mark.conformance("oidcc-redirect-uri-query-OK", flows=BASIC)
@pytest.mark.spec("RFC 6749", "3.1.2")
def test_the_registered_query_stays(with_query):
    with_query.complete()


@pytest.mark.conformance("oidcc-redirect-uri-query-mismatch", flows=BASIC)
def test_another_query(with_query):
    assert refuses(with_query, REGISTERED.replace("bar", "baz"))


@pytest.mark.conformance("oidcc-redirect-uri-query-added", flows=BASIC)
def test_a_query_that_was_added(party):
    assert refuses(party, f"{party.client.redirect_uri}?foo=bar")


@pytest.mark.conformance("oidcc-redirect-uri-regfrag", flows=ONE)
@pytest.mark.spec("RFC 6749", "3.1.2")
def test_a_fragment_is_not_registered(party):
    with pytest.raises(ValueError, match="fragment"):
        check_registered("https://rp.example/callback#foobar")


@pytest.mark.conformance("oidcc-ensure-redirect-uri-in-authorization-request", flows=BASIC)
def test_two_are_registered_and_none_is_sent(party, add_client):
    party.client = add_client(redirect_uris=["https://a.example/cb", "https://b.example/cb"])
    assert refuses(party, None)
