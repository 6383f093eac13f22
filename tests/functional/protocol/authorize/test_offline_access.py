"""``offline_access``: what survives the sign-out (Core §11)."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, bearer, code_flow, token_request
from tests.functional.protocol.steps import ask

pytestmark = [pytest.mark.spec("Core", "11")]
OFFLINE = "openid offline_access"


def refresh(browser, rp, tokens, status=200):
    more = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    return token_request(browser, rp, status=status, **more)


def sign_out(browser, tokens):
    browser.get("/end_session", {"id_token_hint": tokens["id_token"]})


def test_it_is_asked_for_in_words(op, rp, browser):
    response = authorize(op, browser, rp)
    page = ask(browser, rp, scope=OFFLINE).follow()
    assert "code" in answer_of(response)
    row = page.html.select_one('[data-scope="offline_access"]')
    assert "Access while you are away" in row.text


def test_it_survives_the_sign_out(op, rp, browser):
    tokens = code_flow(op, browser, rp, scope=OFFLINE)
    sign_out(browser, tokens)
    browser.get("/userinfo", headers=bearer(tokens["access_token"]))
    assert refresh(browser, rp, tokens)["access_token"]


def test_without_it_everything_ends_with_the_session(op, rp, browser):
    tokens = code_flow(op, browser, rp, scope="openid")
    sign_out(browser, tokens)
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)
    assert refresh(browser, rp, tokens, status=400)["error"] == "invalid_grant"


def test_without_it_everything_ends_when_the_session_expires(op, rp, browser, clock):
    tokens = code_flow(op, browser, rp, scope="openid")
    clock.shift(8 * 24 * 3600)
    assert refresh(browser, rp, tokens, status=400)["error"] == "invalid_grant"


def test_it_is_ignored_where_no_code_is_issued(op, implicit, browser):
    response = authorize(op, browser, implicit, response_type="id_token token", scope=OFFLINE)
    assert answer_of(response)["scope"] == "openid"


def test_consent_without_it_is_not_enough(op, rp, browser):
    authorize(op, browser, rp)
    response = ask(browser, rp, scope=OFFLINE, prompt="none")
    assert answer_of(response)["error"] == "consent_required"
