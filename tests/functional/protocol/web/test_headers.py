"""What every answer carries (RFC 9700 §4.2, §4.16, RFC 6749 §10.13)."""

import pytest

from oidc_pyramid.testing import OWN_FORM, sign_in
from tests.functional.protocol.steps import ask

PAGES = ["/", "/authorize", "/account/login", "/nowhere", "/end_session"]


@pytest.mark.spec("RFC 6749", "10.13")
@pytest.mark.spec("RFC 9700", "4.16")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_not_be_framed_and_runs_nothing_foreign(browser, path):
    response = browser.get(path, expect_errors=True)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.spec("RFC 9700", "4.2.4")
@pytest.mark.parametrize("path", [*PAGES, "/token", "/jwks"])
def test_no_address_of_ours_leaks_and_nothing_goes_in_the_clear(browser, path):
    response = browser.get(path, expect_errors=True)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "max-age=63072000" in response.headers["Strict-Transport-Security"]


@pytest.mark.spec("RFC 6749", "5.1")
@pytest.mark.parametrize("path", [*PAGES, "/token", "/userinfo", "/introspect", "/revoke"])
def test_nothing_personal_is_kept(browser, path):
    response = browser.get(path, expect_errors=True)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"


@pytest.mark.spec("RFC 9700", "4.11.2")
@pytest.mark.spec("RFC 9700", "4.12")
def test_a_redirect_is_a_303(rp, browser):
    login = ask(browser, rp)
    consent = sign_in(browser, login, "alice", "wonderland")
    answer = (
        consent.follow().forms["consent-form"].submit("decision", value="allow", headers=OWN_FORM)
    )
    assert {login.status_int, consent.status_int, answer.status_int} == {303}


def test_cookies_are_for_this_host_alone(rp, browser):
    login = ask(browser, rp)
    consent = sign_in(browser, login, "alice", "wonderland")
    cookies = [*login.headers.getall("Set-Cookie"), *consent.headers.getall("Set-Cookie")]
    assert len(cookies) >= 2
    for cookie in cookies:
        assert cookie.startswith("__Host-oidc_")
        words = {word.strip().lower() for word in cookie.split(";")[1:]}
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= words
        assert not any(word.startswith("domain") for word in words)


def test_a_stranger_gets_no_session(op, browser):
    for path in (*PAGES, "/jwks", "/.well-known/openid-configuration"):
        browser.get(path, expect_errors=True)
    assert "__Host-oidc_session" not in browser.cookies
