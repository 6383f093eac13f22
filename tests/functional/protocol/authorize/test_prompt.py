"""Whether the person must act, may act, or must not (Core §3.1.2.1)."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, code_flow, redeem, sign_in
from tests.functional.protocol.steps import ask, decoded, error_of, page_of, pages

pytestmark = [pytest.mark.spec("Core", "3.1.2.1")]


@pytest.mark.parametrize("prompt", ["unknown", "login unknown", "LOGIN", "none "])
def test_an_unknown_value_is_an_error(rp, browser, prompt):
    assert error_of(ask(browser, rp, prompt=prompt), rp) == "invalid_request"


@pytest.mark.parametrize("other", ["login", "consent", "select_account"])
def test_none_stands_alone(rp, browser, other):
    for prompt in (f"none {other}", f"{other} none"):
        assert error_of(ask(browser, rp, prompt=prompt), rp) == "invalid_request"


@pytest.mark.spec("Core", "3.1.2.3")
@pytest.mark.spec("Core", "3.1.2.6")
def test_none_without_a_session(rp, browser):
    response = ask(browser, rp, prompt="none")
    assert error_of(response, rp) == "login_required"
    assert answer_of(response)["state"] == "a-state"


@pytest.mark.spec("Core", "3.1.2.6")
def test_none_without_consent(op, rp, add_client, browser):
    authorize(op, browser, rp)
    other = add_client()
    assert error_of(ask(browser, other, prompt="none"), other) == "consent_required"


@pytest.mark.spec("Core", "3.1.2.6")
def test_none_with_scopes_that_are_new(op, rp, browser):
    authorize(op, browser, rp)
    response = ask(browser, rp, prompt="none", scope="openid email")
    assert error_of(response, rp) == "consent_required"


def test_none_with_session_and_consent(op, rp, browser):
    first = decoded(code_flow(op, browser, rp)["id_token"])
    code = answer_of(ask(browser, rp, prompt="none"))["code"]
    second = decoded(redeem(browser, rp, code)["id_token"])
    assert (first["sub"], first["auth_time"]) == (second["sub"], second["auth_time"])


@pytest.mark.spec("Core", "3.1.2.3")
def test_login_asks_although_somebody_is_signed_in(op, rp, browser, clock):
    first = decoded(code_flow(op, browser, rp)["id_token"])
    clock.shift(7)
    seen, response = pages(op, browser, rp, prompt="login")
    second = decoded(redeem(browser, rp, answer_of(response)["code"])["id_token"])
    assert seen == ["login"]
    assert second["auth_time"] == first["auth_time"] + 7
    assert second["sid"] == first["sid"]


@pytest.mark.spec("Core", "3.1.2.3")
def test_a_sign_in_elsewhere_does_not_answer_login(op, rp, add_client, browser, clock):
    authorize(op, browser, rp)
    login = ask(browser, rp, prompt="login")
    clock.shift(5)
    authorize(op, browser, add_client(), prompt="login")
    resumed = browser.get(login.headers["Location"].removesuffix("/login"))
    assert page_of(resumed) == "login"


def test_somebody_else_may_answer_login(op, rp, browser, bob):
    authorize(op, browser, rp)
    response = authorize(op, browser, rp, "bob", "builder-builder", prompt="login")
    tokens = redeem(browser, rp, answer_of(response)["code"])
    assert decoded(tokens["id_token"])["sub"] == bob


@pytest.mark.spec("Core", "3.1.2.4")
def test_consent_asks_although_it_is_remembered(op, rp, browser):
    authorize(op, browser, rp)
    assert pages(op, browser, rp, prompt="consent")[0] == ["consent"]


@pytest.mark.parametrize("prompt", ["login consent", "consent login", "login login consent"])
def test_login_and_consent_are_both_asked_once(op, rp, browser, prompt):
    authorize(op, browser, rp)
    assert pages(op, browser, rp, prompt=prompt)[0] == ["login", "consent"]


def test_an_empty_prompt_counts_as_omitted(op, rp, browser):
    authorize(op, browser, rp)
    assert pages(op, browser, rp, prompt="")[0] == []


def test_a_wrong_password_answers_nothing(rp, browser):
    again = sign_in(browser, ask(browser, rp), "alice", "looking-glass")
    assert again.status_int == 200
    assert again.html.select_one("#login-error")
    assert error_of(ask(browser, rp, prompt="none"), rp) == "login_required"
