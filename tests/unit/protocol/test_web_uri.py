"""Pages and endpoints of clients: ``https`` in one plain spelling."""

import pytest

from oidc_pyramid.protocol import web_uri


@pytest.mark.parametrize(
    "uri",
    [
        "https://a.example/logo.png",
        "https://a.example/legal?lang=de#privacy",
        "https://a.example/#",
        "https://a.example/*",
        "https://a.example/../x",
    ],
)
def test_good_uris(uri):
    assert web_uri.check(uri).string == uri


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("http://a.example/", id="DC-03-http"),
        pytest.param("javascript:alert(1)", id="RU-12-javascript"),
        pytest.param("data:image/png;base64,AAAA", id="RU-12-data"),
        pytest.param("https://user:secret@a.example/", id="RU-01-userinfo"),
        pytest.param("https://a.example/#a#b", id="two-fragments"),
        pytest.param('https://a.example/"onerror=x', id="DC-03-quote"),
        pytest.param("https://a.example/ä", id="RU-08-not-ascii"),
        pytest.param("//a.example/", id="no-scheme"),
        pytest.param(5, id="a-number"),
        pytest.param(None, id="nothing"),
    ],
)
def test_bad_uris(uri):
    with pytest.raises(ValueError):
        web_uri.check(uri)


def test_http_to_a_loopback_address_where_it_is_allowed():
    assert web_uri.check("http://localhost:6543/x", allow_http_loopback=True)["port"] == "6543"
    with pytest.raises(ValueError):
        web_uri.check("http://localhost:6543/x")
    with pytest.raises(ValueError):
        web_uri.check("http://a.example/x", allow_http_loopback=True)
