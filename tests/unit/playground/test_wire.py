"""HTTP to the provider: bounded in time, size, number and direction."""

import threading
import time

import pytest
import urllib3

from oidc_pyramid.playground.exchange import Exchange, Sent
from oidc_pyramid.playground.wire import AT_ONCE, LARGEST, Busy, Wire


@pytest.fixture
def wire(fake):
    return Wire(fake.issuer)


def test_an_exchange_holds_both_sides(wire, fake):
    exchange = wire.post(f"{fake.issuer}/introspect", (Sent("token", "a b&c"),), Sent("X-A", "1"))
    assert exchange.status_line == "200 OK"
    assert exchange.json == {"active": True, "scope": "openid"}
    assert [one.name for one in exchange.headers] == ["Accept", "Content-Type", "X-A"]
    _path, headers, form = fake.seen[-1]
    assert form == {"token": "a b&c"}
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert headers["X-A"] == "1"


def test_redirects_are_not_followed(wire, fake):
    fake.answers["/x"] = (302, {"Location": f"{fake.issuer}/userinfo"}, "")
    assert wire.get(f"{fake.issuer}/x").status == 302
    assert [path for path, _, _ in fake.seen] == ["/x"]


def test_a_slow_provider_is_given_up(wire, fake, monkeypatch):
    monkeypatch.setattr("oidc_pyramid.playground.wire.TIMEOUT", urllib3.Timeout(0.05))
    fake.pause = 0.5
    started = time.monotonic()
    assert wire.get(f"{fake.issuer}/userinfo").failure
    assert time.monotonic() - started < 0.4


def test_a_long_answer_is_cut(wire, fake):
    fake.answers["/x"] = (200, {}, "x" * (LARGEST + 10))
    assert len(wire.get(f"{fake.issuer}/x").text) == LARGEST


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "https://evil.example/", "file:///etc/passwd", "", "http://[x"]
)
def test_only_the_issuers_origin_is_spoken_with(wire, fake, url):
    assert wire.get(url).failure
    assert fake.seen == []


def test_few_at_a_time(wire, fake, monkeypatch):
    monkeypatch.setattr("oidc_pyramid.playground.wire.PATIENCE", 0.02)
    fake.pause = 0.3

    def step():
        with wire.turn():
            wire.get(f"{fake.issuer}/userinfo")

    threads = [threading.Thread(target=step) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    with pytest.raises(Busy), wire.turn():
        pass
    for thread in threads:
        thread.join()
    with wire.turn():
        assert wire.get(f"{fake.issuer}/userinfo").ok


@pytest.mark.parametrize(
    "kind,text,found",
    [
        ("application/json", '{"a": 1}', {"a": 1}),
        ("application/json;charset=utf-8", "[]", None),
        ("application/json", "{", None),
        ("text/html", "{}", None),
        ("application/jwk-set+json", "{}", {}),
    ],
)
def test_json_is_an_object_that_says_so(kind, text, found):
    exchange = Exchange("GET", "x", answer_headers=(("Content-Type", kind),), text=text)
    assert exchange.json == found


def test_headers_are_sorted_into_telling_and_dull():
    exchange = Exchange("GET", "http://a/b?c=d", answer_headers=(("Date", "x"), ("ETag", "y")))
    assert exchange.telling == [("ETag", "y")]
    assert exchange.dull == [("Date", "x")]
    assert (exchange.target, exchange.host) == ("/b?c=d", "a")
