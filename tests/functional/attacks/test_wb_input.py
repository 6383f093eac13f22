"""WB-11, WB-12, WB-17 to WB-25: odd methods, addresses and input."""

import time

import pytest

from tests.functional.attacks import wire
from tests.functional.attacks.musts import e_page, no_5xx

API = ["/token", "/userinfo", "/revoke", "/introspect"]
ONCE = [
    "client_id",
    "response_type",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "claims",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "login_hint",
    "id_token_hint",
]


@pytest.mark.parametrize("name", ONCE, ids=lambda name: f"WB-11-{name}")
def test_authorize_takes_each_parameter_once(shared, name):
    asked = shared.asks()
    for values in (("x", "y"), (asked.get(name, "x"),) * 2):
        pairs = [pair for pair in asked.items() if pair[0] != name]
        response = no_5xx(shared.authorize(pairs + [(name, value) for value in values]))
        if name == "client_id":
            e_page(response)
        else:
            assert "error=invalid_request" in response.headers["Location"]


BYTES = ["%00", "%ff", "%c0%ae", "%ed%a0%80", "%ef%bf%bf", "%e2%80%ae", "%", "%zz", "%u0041"]


ADDRESSES = ["/", "/account", "/interactions/", "/static/", "/.well-known/", "/clients/", "/token/"]


@pytest.mark.parametrize("raw", BYTES, ids=lambda raw: f"WB-12-{raw}")
def test_bytes_anywhere(shared, raw):
    for address in ADDRESSES:
        response = no_5xx(wire.call(shared.op, f"{address}{raw}"))
        assert response.status_int in {400, 401, 404}
        no_5xx(wire.call(shared.op, f"{address}?{raw}={raw}"))
    for path in (*API, "/account/login", "/authorize", "/end_session"):
        for body in (f"{raw}={raw}", f"client_id={raw}&token={raw}&csrf_token={raw}"):
            response = wire.call(shared.op, path, method="POST", body=body.encode())
            assert no_5xx(response).status_int in {200, 400, 401}
    text = raw.encode().decode("latin-1")
    for name in ("Cookie", "Authorization", "Accept-Language", "Accept", "Origin", "If-None-Match"):
        for value in (text, "\xff\xfe", "\x00", "a" * 70_000):
            no_5xx(
                wire.call(shared.op, "/.well-known/openid-configuration", headers=[(name, value)])
            )
            no_5xx(wire.call(shared.op, "/account", headers=[(name, value)]))


@pytest.mark.parametrize(
    "name", ["client_id", "redirect_uri", "state", "scope", "claims", "login_hint"]
)
def test_wb_12_a_megabyte_in_one_parameter(shared, name):
    asked = shared.asks(**{name: "x" * 1_048_576})
    for method in ("GET", "POST"):
        response = no_5xx(shared.authorize(asked, method=method))
        assert response.status_int in {303, 400, 413, 414}


def test_wb_12_a_megabyte_in_an_address(shared):
    for path in ("/" + "x" * 1_048_576, "/interactions/" + "A" * 1_048_576, "/" + "x/" * 50_000):
        assert no_5xx(wire.call(shared.op, path)).status_int in {400, 404, 414}


METHODS = ["HEAD", "OPTIONS", "TRACE", "PATCH", "PUT", "DELETE", "FOO", "get", "CONNECT"]


EVERYWHERE = ["/", "/authorize", "/account", "/account/login", "/account/logout", "/end_session"]


EVERYWHERE += [*API, "/jwks", "/.well-known/openid-configuration", "/static/oidc.css"]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: f"WB-18-{method}")
def test_methods(shared, signed_in, method):
    for path in EVERYWHERE:
        response = no_5xx(wire.call(shared.op, path, method=method))
        if response.status_int == 405:
            assert response.headers["Allow"]
            assert method not in response.headers["Allow"].split(", ")
        else:
            assert method in {"HEAD", "OPTIONS"}, path
    assert signed_in.get("/account").status_int == 200


SPELLINGS = [
    "/{}/",
    "//{}",
    "/./{}",
    "/x/../{}",
    "/account/../{}",
    "/{};x",
    "/{}%2f",
    "/@@{}",
    "/%40%40{}",
    "/{}/.",
    "/{}/..//{}",
    "/..;/{}",
    "/%2e/{}",
    "/{}%20",
    "/{}%00",
]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: f"WB-19-{spelling}")
def test_one_spelling_for_one_address(shared, spelling):
    for name in ("token", "jwks", "userinfo", "authorize", "account/login"):
        response = no_5xx(wire.call(shared.op, spelling.replace("{}", name)))
        assert response.status_int in {400, 404}
        upper = wire.call(shared.op, f"/{name.upper()}")
        assert upper.status_int == 404


def test_wb_19_a_percent_in_a_letter_is_that_letter(shared):
    plain = wire.call(shared.op, "/token", method="POST", body=b"")
    coded = wire.call(shared.op, "/%74oken", method="POST", body=b"")
    assert (plain.status, plain.body) == (coded.status, coded.body)


LONG = {
    "WB-22-scope": {"scope": "a" * 60_000 + "!"},
    "WB-22-uri": {"redirect_uri": "https://a.example/" + "a" * 60_000 + "!"},
    "WB-22-locales": {"ui_locales": "-".join(["a"] * 30_000) + "!"},
    "WB-22-prompt": {"prompt": "login " * 10_000},
    "WB-22-claims": {
        "claims": '{"userinfo":{' + ",".join(f'"a{n}":null' for n in range(4000)) + "}}"
    },
    "WB-23-number": {"claims": '{"userinfo":{"a":{"value":' + "9" * 60_000 + "}}}"},
    "WB-23-depth": {"claims": '{"userinfo":' * 4000 + "1" + "}" * 4000},
}


@pytest.mark.parametrize("more", LONG.values(), ids=LONG)
def test_long_input_takes_no_time(shared, more):
    before = time.process_time()
    no_5xx(shared.authorize(shared.asks(**more), method="POST"))
    assert time.process_time() - before < 0.5


@pytest.mark.parametrize(
    "header",
    [
        ("Accept-Language", ",".join(f"a{n};q=0.{n}" for n in range(10_000))),
        ("Accept-Language", "en" + ";" * 60_000),
        ("Cookie", ";" * 65_536),
        ("Cookie", "a=b; " * 12_000),
        ("Authorization", "Bearer " + "a" * 65_000 + "!"),
        ("Authorization", "Basic " + "=" * 65_000),
        ("User-Agent", "Mozilla/" + "(" * 60_000),
        ("Referer", "https://" + "a." * 30_000),
    ],
    ids=lambda header: f"WB-22-{header[0]}",
)
def test_long_headers_take_no_time(shared, header):
    before = time.process_time()
    for path in ("/account/login", "/userinfo", "/account"):
        no_5xx(wire.call(shared.op, path, headers=[header]))
    assert time.process_time() - before < 0.5


NOT_THERE = [
    "/.git/config",
    "/production.ini",
    "/Data.fs",
    "/static/../production.ini",
    "/static/%00",
    "/static/..%2f..%2fsetup.cfg",
    "/static/%2e%2e/__init__.py",
    "/static/....//x",
    "/static/",
    "/static",
    "/static/icons",
    "/static/%5c..%5cx",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/robots.txt~",
    "/_debug_toolbar/",
    "/pshell",
    "/metrics",
    "/manage",
]


@pytest.mark.parametrize("path", NOT_THERE)
def test_wb_25_st_p10_nothing_else_is_served(shared, path):
    response = no_5xx(wire.call(shared.op, path))
    assert response.status_int in {400, 404}


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", " ", "9" * 30])
def test_wb_15_odd_lengths_that_a_server_let_through(shared, length):
    for path in ("/token", "/authorize", "/account/login"):
        response = wire.call(shared.op, path, method="POST", body=b"a=b", CONTENT_LENGTH=length)
        no_5xx(response)


def test_wb_17_large_bodies_are_refused(shared):
    for path in ("/token", "/introspect", "/authorize", "/account/login", "/end_session"):
        for body in (b"a=" + b"x" * 70_000, b"&".join(b"a%d=b" % n for n in range(5000))):
            response = wire.call(shared.op, path, method="POST", body=body)
            assert no_5xx(response).status_int == 400
