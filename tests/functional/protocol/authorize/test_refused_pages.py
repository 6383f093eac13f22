"""Without a proven client and address there is a page, never a redirect (RFC 6749 §4.1.2.1)."""

import pytest

from oidc_pyramid.testing import authorization_request
from tests.functional.protocol.steps import ask, refused_page

pytestmark = [
    pytest.mark.spec("RFC 6749", "4.1.2.1"),
    pytest.mark.spec("RFC 6749", "3.1.2.4"),
    pytest.mark.spec("Core", "3.1.2.6"),
]


def get(browser, rp, **more):
    return browser.get("/authorize", authorization_request(rp, **more), status=400)


@pytest.mark.parametrize("client_id", [None, "", "nobody", "rp\0", "x" * 600, "ü", "../rp", "rp "])
def test_the_client_is_unknown(rp, browser, client_id):
    assert refused_page(get(browser, rp, client_id=client_id), "invalid_client")


def test_the_client_is_disabled(op, rp, browser):
    with op.provider() as provider:
        provider.clients[rp.client_id].disable(now=1)
    assert refused_page(get(browser, rp), "invalid_client")


def test_the_client_is_named_twice(rp, browser):
    params = [*authorization_request(rp).items(), ("client_id", rp.client_id)]
    assert refused_page(browser.get("/authorize", params, status=400), "invalid_client")


@pytest.mark.spec("RFC 6749", "3.1.2.3")
@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "{uri}/",
        "{uri}?",
        "{uri}#",
        "{uri}#fragment",
        "{uri}?a=b",
        "HTTPS://{host}/cb",
        "http://{host}/cb",
        "https://{HOST}/cb",
        "https://{host}/CB",
        "https://{host}:443/cb",
        "https://{host}./cb",
        "https://{host}@evil.example/cb",
        "https://evil.example\\@{host}/cb",
        "https://{host}/%63b",
        "https://{host}/../cb",
        "https://{host}//cb",
        "{uri}\0",
        "{uri}\n",
        " {uri}",
        "{uri} ",
        "//{host}/cb",
        "javascript:alert(1)",
        "/cb",
    ],
)
def test_the_address_is_not_registered(rp, browser, address):
    host = f"{rp.client_id}.example"
    names = {"uri": rp.redirect_uri, "host": host, "HOST": host.upper()}
    sent = None if address is None else address.format(**names)
    assert refused_page(get(browser, rp, redirect_uri=sent))


def test_the_address_is_sent_twice(rp, browser):
    params = [*authorization_request(rp).items(), ("redirect_uri", rp.redirect_uri)]
    assert refused_page(browser.get("/authorize", params, status=400))


@pytest.mark.spec("RFC 6749", "3.1.2.2")
def test_a_client_without_any_address(add_client, browser):
    rp = add_client(redirect_uris=[])
    assert refused_page(get(browser, rp, redirect_uri="https://rp.example/cb"))


@pytest.mark.spec("RFC 8252", "7.3")
def test_a_native_application_chooses_its_port(add_client, browser):
    rp = add_client(secret=None, application_type="native", redirect_uris=["http://127.0.0.1/cb"])
    asked = {"code_challenge": "a" * 43, "code_challenge_method": "S256"}
    response = ask(browser, rp, redirect_uri="http://127.0.0.1:49152/cb", **asked)
    assert response.headers["Location"].endswith("/login")
    assert refused_page(get(browser, rp, redirect_uri="http://127.0.0.1:49152/other", **asked))
    assert refused_page(get(browser, rp, redirect_uri="http://localhost:49152/cb", **asked))


def test_what_was_sent_is_not_on_the_page(rp, browser):
    evil = "https://evil.example/<script>alert(1)</script>"
    assert "evil.example" not in get(browser, rp, redirect_uri=evil).text
