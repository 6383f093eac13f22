"""Nothing that anybody can send is a defect of ours: never a 5xx."""

import pytest

ENDPOINTS = ["/authorize", "/token", "/userinfo", "/introspect", "/revoke", "/end_session"]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODIES = {
    "empty": b"",
    "NUL": b"client_id=a%00b&state=\0",
    "broken escapes": b"client_id=%&state=%zz&%ff=%",
    "invalid UTF-8": b"client_id=%ff%fe&state=%c3%28",
    "raw bytes": bytes(range(256)),
    "surrogates": b"state=%ed%a0%80",
    "overlong": b"state=%c0%af",
    "a long value": b"state=" + b"a" * 65_536,
    "a long name": b"a" * 65_536 + b"=1",
    "too long": b"state=" + b"a" * 200_000,
    "many parameters": b"&".join(b"a%d=1" % n for n in range(5000)),
    "many equal names": b"a=1&" * 5000,
    "only separators": b"&" * 60_000,
    "only equals": b"=" * 60_000,
    "JSON": b'{"client_id": "x"}',
    "control characters": b"scope=a%0d%0aSet-Cookie:%20x=1",
}


@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.spec("RFC 6749", "3.2")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_body(browser, path, body):
    response = browser.post(path, body, headers=FORM, expect_errors=True)
    assert 200 <= response.status_int < 500
    assert "x" not in browser.cookies


@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_query(browser, path, body):
    environ = {"QUERY_STRING": body.decode("latin-1")}
    response = browser.get(path, extra_environ=environ, expect_errors=True)
    assert 200 <= response.status_int < 500


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/..",
        "/%2e%2e/etc/passwd",
        "/%2f%2f",
        "/token/",
        "/token/more",
        "/authorize/x",
        "/clients/x",
        "/clients/%00",
        "/.well-known/",
        "/.well-known/nothing",
        "/.well-known/openid-configuration/",
        "/interactions",
        "/interactions/",
        "/account/nothing",
        "/static/..%2f..%2fsettings.py",
        "/static/nothing.css",
        "/@@token",
        "/__class__",
        "/vault",
        "/" + "a/" * 1000,
    ],
)
def test_a_path(browser, path):
    response = browser.get(path, expect_errors=True)
    assert response.status_int < 500
    assert not response.headers.get("Location", "").startswith("//")


@pytest.mark.parametrize("raw", ["/\xff", "/\xc3\x28", "/token\x00", "/a\nb", "/\xed\xa0\x80"])
def test_a_path_that_is_no_text(browser, raw):
    response = browser.get("/", extra_environ={"PATH_INFO": raw}, expect_errors=True)
    assert 400 <= response.status_int < 500


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "\xff=\xfe; ;;=;__Host-oidc_session"},
        {"Cookie": "__Host-oidc_session=a; __Host-oidc_session=b"},
        {"Cookie": "__Host-oidc_session=" + "a" * 60_000},
        {"Accept-Language": "," * 10_000},
        {"Accept-Language": "de;q=\xff"},
        {"Accept": "\xff"},
        {"Origin": "\xff"},
        {"Authorization": "\xff"},
        {"Content-Type": "\xff"},
        {"If-None-Match": "\xff, W/, *"},
        {"X-Vhm-Root": "/clients"},
        {"X-HTTP-Method-Override": "DELETE"},
    ],
)
@pytest.mark.parametrize("path", ["/authorize", "/userinfo", "/jwks", "/", "/account"])
def test_a_header(browser, path, headers):
    response = browser.get(path, headers=headers, expect_errors=True)
    assert response.status_int < 500


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999", ""])
@pytest.mark.parametrize("path", ["/token", "/authorize"])
def test_a_length_that_is_not_true(browser, path, length):
    environ = {"CONTENT_LENGTH": length}
    response = browser.post(path, b"a=b", headers=FORM, extra_environ=environ, expect_errors=True)
    assert response.status_int < 500
