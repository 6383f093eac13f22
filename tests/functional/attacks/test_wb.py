"""WB: where answers lead, what headers they have, who may read them."""

from urllib.parse import urlsplit

import pytest

from oidc_pyramid.testing import OWN_FORM, bearer
from tests.functional.attacks import wire
from tests.functional.attacks.cast import tokens
from tests.functional.attacks.musts import no_5xx
from tests.functional.attacks.person import pages

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
