"""More than last time is asked for; less is not (Core §3.1.2.4)."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, bearer, code_flow, redeem
from tests.functional.protocol.steps import ask, pages

pytestmark = [pytest.mark.spec("Core", "3.1.2.4")]


def test_a_scope_more(op, rp, browser):
    authorize(op, browser, rp, scope="openid email")
    assert pages(op, browser, rp, scope="openid email phone")[0] == ["consent"]
    assert pages(op, browser, rp, scope="openid email phone")[0] == []


def test_a_scope_less(op, rp, browser):
    authorize(op, browser, rp, scope="openid email phone")
    assert pages(op, browser, rp, scope="openid email")[0] == []


def test_scopes_add_up(op, rp, browser):
    authorize(op, browser, rp, scope="openid email")
    authorize(op, browser, rp, scope="openid phone")
    assert pages(op, browser, rp, scope="openid phone email")[0] == []


def test_the_page_marks_what_is_new(op, rp, browser):
    authorize(op, browser, rp, scope="openid email")
    page = ask(browser, rp, scope="openid email phone").follow()
    assert not page.html.select('[data-scope="email"] .new')
    assert page.html.select('[data-scope="phone"] .new')


def test_nothing_is_new_the_first_time(op, rp, add_client, browser):
    authorize(op, browser, rp)
    page = ask(browser, add_client(), scope="openid email").follow()
    assert page.html.select('[data-scope="email"]')
    assert not page.html.select(".new")


def test_a_narrow_request_gets_a_narrow_token(op, rp, browser):
    authorize(op, browser, rp, scope="openid email")
    assert code_flow(op, browser, rp, scope="openid")["scope"] == "openid"


def test_a_narrow_request_takes_nothing_from_older_tokens(op, rp, browser):
    tokens = code_flow(op, browser, rp, scope="openid email")
    code_flow(op, browser, rp, scope="openid")
    claims = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert claims["email"] == "alice@example.org"


def test_a_wider_request_gives_nothing_to_older_tokens(op, rp, browser):
    tokens = code_flow(op, browser, rp, scope="openid")
    code_flow(op, browser, rp, scope="openid email")
    claims = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert "email" not in claims


def test_what_a_person_withdraws_older_tokens_lose(op, rp, alice, browser):
    tokens = code_flow(op, browser, rp, scope="openid email")
    with op.provider() as provider:
        provider.grants.get(alice, rp.client_id).withdraw(("email",))
    claims = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert set(claims) == {"sub"}


def test_a_code_is_worth_what_is_left_when_it_is_redeemed(op, rp, alice, browser):
    code = answer_of(authorize(op, browser, rp, scope="openid email"))["code"]
    with op.provider() as provider:
        provider.grants.get(alice, rp.client_id).withdraw(("email",))
    assert redeem(browser, rp, code)["scope"] == "openid"


def test_what_was_taken_back_and_is_given_again_is_not_given_to_older_tokens(
    op, rp, alice, browser
):
    older = code_flow(op, browser, rp, scope="openid email")
    with op.provider() as provider:
        provider.grants.get(alice, rp.client_id).withdraw(("email",))
    newer = code_flow(op, browser, rp, scope="openid email")
    claims = browser.get("/userinfo", headers=bearer(newer["access_token"])).json
    assert claims["email"] == "alice@example.org"
    browser.get("/userinfo", headers=bearer(older["access_token"]), status=401)
