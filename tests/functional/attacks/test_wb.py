"""WB: headers, hosts, methods, addresses, odd input."""

import time
from urllib.parse import urlsplit

import pytest

from oidc_pyramid.testing import OWN_FORM, bearer
from tests.functional.attacks import wire
from tests.functional.attacks.cast import tokens
from tests.functional.attacks.musts import e_page, no_5xx, t_err
from tests.functional.attacks.test_se import pages

EVIL = (
    "//evil.example",
    "/\\evil.example",
    "/%09/evil.example",
    "https:evil.example",
    "http:///evil.example",
    "%20//evil.example",
    "\x01//evil.example",
    "/..//evil.example",
    "javascript:alert(1)",
    "//op.example@evil.example",
    "https://op.example.evil.example",
    "%252f%252fevil.example",
    "x\r\nLocation: https://evil.example",
)
NEXT = ("next", "return_to", "continue", "came_from", "redirect", "url", "next[]", "resume_url")


def stays(response):
    location = response.headers.get("Location", "https://op.example/")
    assert urlsplit(location).scheme == "https"
    assert urlsplit(location).netloc == "op.example"


@pytest.mark.parametrize("target", EVIL)
def test_wb_01_no_parameter_says_where_to_go(cast, target):
    browser = cast.browser()
    query = dict.fromkeys(NEXT, target)
    form = browser.get("/account/login", query).forms["login-form"]
    assert form.action == "https://op.example/account/login"
    form["username"], form["password"] = cast.username, "the password of ursula"
    sent = (
        {**dict(form.submit_fields()), **query}
        if "\r" not in target and "\x01" not in target
        else dict(form.submit_fields())
    )
    response = browser.post("/account/login", sent, headers=OWN_FORM)
    assert response.headers["Location"] == "https://op.example/account"
    stays(browser.get("/account", query))
    stays(cast.browser().get("/account", query))


ODD_PATHS = (
    "//evil.example/%2f..",
    "///evil.example",
    "/%5cevil.example",
    "/\\evil.example",
    "/static//evil.example",
    "/static/%2f%2fevil.example/..",
    "/account//evil.example/",
    "//evil.example/account/..",
    "/account/login/%2e%2e//evil.example",
    "/https://evil.example/",
)


@pytest.mark.parametrize("path", ODD_PATHS)
def test_wb_02_no_address_sends_elsewhere(shared, path):
    response = no_5xx(wire.call(shared.op, path))
    stays(response)
    assert response.status_int in {303, 400, 404}


def answers(cast, browser):
    """One answer of each kind, by name."""
    yield from pages(cast, browser)
    stranger = cast.browser()
    token = tokens(cast, browser)["access_token"]
    yield "redirect-to-login", stranger.get("/authorize", cast.asks())
    yield "redirect-to-client", browser.get("/authorize", cast.asks())
    yield "error-to-client", stranger.get("/authorize", cast.asks(scope="\\"))
    yield "account-redirect", stranger.get("/account")
    yield "token", cast.post("/token", {"grant_type": "client_credentials"}, cast.s)
    yield "token-error", cast.post("/token", {"grant_type": "x"}, cast.s)
    yield "introspect", cast.post("/introspect", {"token": "x"}, cast.a)
    yield "revoke", cast.post("/revoke", {"token": "x"}, cast.a)
    yield "userinfo", browser.get("/userinfo", headers=bearer(token))
    yield "userinfo-error", stranger.get("/userinfo", status=401)
    yield "discovery", stranger.get("/.well-known/openid-configuration")
    yield "jwks", stranger.get("/jwks")
    yield "method", stranger.get("/token", status=405)
    yield "host", wire.call(cast.op, "/", headers=[("Host", "evil.example")])
    yield "bytes", wire.call(cast.op, "/%ff")
    yield "static", stranger.get("/static/oidc.css")
    yield "static-script", stranger.get("/static/forms.js")
    yield "static-missing", stranger.get("/static/nothing", status=404)
    yield "static-method", stranger.post("/static/oidc.css", status=405)
    yield "preflight", stranger.options("/token", headers={"Origin": "https://x.example"})


POPUP = {
    "login",
    "consent",
    "select",
    "form-post",
    "end-session",
    "logged-out",
    "error",
    "redirect-to-login",
    "redirect-to-client",
    "error-to-client",
}


def test_wb_06_every_answer_has_its_headers(shared, signed_in):
    for name, response in answers(shared, signed_in):
        baseline(name, response)


def baseline(name, response):
    headers = response.headers
    assert int(headers["Strict-Transport-Security"].split(";")[0].split("=")[1]) >= 31_536_000, name
    assert headers["X-Content-Type-Options"] == "nosniff", name
    assert headers["Referrer-Policy"] == "no-referrer", name
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin", name
    assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"], name
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], name
    opener = headers.get("Cross-Origin-Opener-Policy")
    assert opener == (None if name in POPUP else "same-origin"), name
    assert "Server" not in headers


def test_wb_06_also_when_something_breaks(make_cast_with, tmp_path_factory):
    folder = tmp_path_factory.mktemp("broken")
    (folder / "login.pt").write_text("<p>${1 / 0}</p>")
    cast = make_cast_with(**{"oidc.templates": str(folder)})
    response = wire.call(cast.op, "/account/login")
    assert response.status_int == 500
    baseline("500", response)
    assert "ZeroDivision" not in response.text


def test_wb_07_a_personal_page_has_no_second_name(shared, signed_in):
    for page in ("/account", "/account/password", "/end_session", "/authorize"):
        for end in ("/x.css", "/x.js", ";.css", "%2fx.css", "/.css", ".css", "//x.png", "/@@x.css"):
            response = no_5xx(signed_in.get(page + end, status="*"))
            assert response.status_int == 404, page + end
    for path in ("/account;x=.css", "/account%00.css", "/account%3f.css", "/account%0a"):
        assert wire.call(shared.op, path).status_int in {400, 404}


CORS = ["https://evil.example", "null", "https://op.example.evil.example", "http://op.example"]
API = ["/token", "/userinfo", "/revoke", "/introspect"]


@pytest.mark.parametrize("origin", CORS)
def test_wb_10_cors(shared, signed_in, origin):
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for path in ("/authorize", "/account", "/account/login", "/end_session", "/account/password"):
        for method in ("OPTIONS", "GET", "POST"):
            response = signed_in.request(path, method=method, headers=headers, status="*")
            assert not [name for name in response.headers if name.startswith("Access-Control")]
    token = tokens(shared, signed_in)["access_token"]
    for path in API:
        response = signed_in.options(path, headers=headers)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
    for response in (
        signed_in.get("/userinfo", headers={**headers, **bearer(token)}),
        shared.post("/token", {"grant_type": "x"}, shared.a, headers=headers.items()),
        shared.post("/introspect", {"token": token}, shared.a, headers=headers.items()),
    ):
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_wb_10_the_clients_own_origin_and_errors_too(shared):
    origin = [("Origin", "https://a.example")]
    for fields in ({"grant_type": "x"}, {"grant_type": "refresh_token", "refresh_token": "x"}):
        response = shared.post("/token", fields, shared.a, headers=origin)
        assert response.headers["Access-Control-Allow-Origin"] == "https://a.example"
        assert "Origin" in response.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in response.headers


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


HOSTS = {
    "WB-13-evil": "evil.example",
    "WB-13-port": "op.example:99999",
    "WB-13-other-port": "op.example:8443",
    "WB-13-userinfo": "op.example@evil.example",
    "WB-13-two": "op.example, evil.example",
    "WB-13-suffix": "op.example.evil.example",
    "WB-13-root-dot": "op.example.",
    "WB-13-address": "192.0.2.1",
    "WB-13-empty": "",
    "WB-13-bytes": "\xff",
    "WB-13-space": "op.example evil.example",
    "WB-13-long": "x" * 70_000,
    "WB-13-none": None,
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_other_hosts_are_not_answered(shared, host):
    for path in ("/", "/.well-known/openid-configuration", "/account/login", "/static/oidc.css"):
        response = wire.call(shared.op, path, HTTP_HOST=host)
        assert no_5xx(response).status_int == 421
        assert "evil" not in response.text + str(response.headers)
    told = wire.call(shared.op, "/token", method="POST", body=b"grant_type=x", HTTP_HOST=host)
    t_err(told, 421, "misdirected_request")


@pytest.mark.parametrize("host", ["op.example", "OP.example", "op.example:443"])
def test_wb_13_the_issuers_own_host(shared, host):
    assert wire.call(shared.op, "/", HTTP_HOST=host).status_int == 200


def test_wb_13_hosts_that_the_operator_names(make_cast_with):
    cast = make_cast_with(**{"oidc.hosts": "id.internal 10.0.0.5:8080"})
    for host in ("id.internal", "id.internal:443", "10.0.0.5:8080", "op.example"):
        response = wire.call(cast.op, "/account", HTTP_HOST=host)
        assert response.headers["Location"] == "https://op.example/account/login"
    for host in ("10.0.0.5", "id.internal:8080"):
        assert wire.call(cast.op, "/account", HTTP_HOST=host).status_int == 421


def test_wb_13_a_host_application_answers_for_itself(providers):
    op = providers(hosting)
    assert wire.call(op, "/hello", HTTP_HOST="anything.example").status_int == 200
    assert wire.call(op, "/jwks", HTTP_HOST="anything.example").status_int == 421


def hosting(config):
    from pyramid.response import Response

    config.add_route("hello", "/hello")
    config.add_view(lambda _request: Response("hello"), route_name="hello")


FORWARDED = [
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Port", "1"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Forwarded-Server", "evil.example"),
    ("X-Original-URL", "/evil"),
    ("X-Rewrite-URL", "/evil"),
    ("Forwarded", "for=1.1.1.1;host=evil.example;proto=http"),
    ("X-Vhm-Root", "/clients"),
    ("X-Script-Name", "/evil"),
]


@pytest.mark.parametrize("path", ["/", "/account", "/account/login", "/nothing", "/authorize"])
def test_wb_13_no_header_changes_an_address(shared, path):
    plain = wire.call(shared.op, path)
    for header in FORWARDED:
        response = wire.call(shared.op, path, headers=[header])
        assert response.status == plain.status
        assert "evil" not in response.text + str(response.headers)
        assert response.headers.get("Location") == plain.headers.get("Location")
        for cookie in response.headers.getall("Set-Cookie"):
            assert "; secure" in cookie.lower()


@pytest.mark.parametrize("scheme", ["http", "https", "javascript"])
def test_wb_13_the_scheme_of_the_server_does_not_count(shared, scheme):
    response = wire.call(shared.op, "/account/login", **{"wsgi.url_scheme": scheme})
    assert response.status_int == 200
    assert "__Host-" in response.headers["Set-Cookie"]
    assert 'action="https://op.example/account/login"' in response.text


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
