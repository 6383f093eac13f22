"""What is granted of what was asked for (RFC 6749 §3.3, Core §3.1.2.1, §5.4)."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, bearer, code_flow, redeem
from tests.functional.protocol.steps import ask, error_of

pytestmark = [pytest.mark.spec("RFC 6749", "3.3")]


@pytest.mark.spec("Core", "3.1.2.1")
def test_unknown_scopes_are_ignored_and_the_answer_says_so(op, rp, browser):
    tokens = code_flow(op, browser, rp, scope="openid moon email stars")
    assert tokens["scope"] == "openid email"


def test_a_scope_that_the_client_does_not_have_is_not_granted(op, add_client, browser):
    rp = add_client(scope=("openid", "email"))
    tokens = code_flow(op, browser, rp, scope="openid email phone")
    assert tokens["scope"] == "openid email"


def test_order_and_repetition_do_not_matter(op, rp, browser):
    assert code_flow(op, browser, rp, scope="email openid email")["scope"] == "email openid"


@pytest.mark.parametrize("scope", [None, "", "moon", "OpenID", "openid\\", 'openid "email"', "é"])
def test_nothing_can_be_granted(rp, browser, scope):
    assert error_of(ask(browser, rp, scope=scope), rp) == "invalid_scope"


@pytest.mark.parametrize("scope", ["openid  email", " openid", "openid "])
def test_one_space_between_words(rp, browser, scope):
    assert error_of(ask(browser, rp, scope=scope), rp) == "invalid_scope"


@pytest.mark.parametrize("scope", ["openid\temail", "openid\nemail", "openid\0email"])
def test_control_characters(rp, browser, scope):
    assert error_of(ask(browser, rp, scope=scope), rp) == "invalid_request"


@pytest.mark.spec("Core", "3.1.2.2")
def test_without_openid_it_is_plain_oauth(op, rp, browser):
    response = authorize(op, browser, rp, scope="email", nonce=None)
    tokens = redeem(browser, rp, answer_of(response)["code"])
    assert "id_token" not in tokens
    assert tokens["scope"] == "email"
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=403)


@pytest.mark.spec("Core", "3.2.2.1")
def test_an_id_token_needs_openid(implicit, browser):
    response = ask(browser, implicit, response_type="id_token", scope="email")
    assert error_of(response, implicit) == "invalid_scope"
