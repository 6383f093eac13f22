"""``prompt=select_account``: several people at one browser (Core §3.1.2.1)."""

import pytest

from oidc_pyramid.testing import OWN_FORM, allow, answer_of, authorize, redeem, sign_in
from tests.functional.protocol.steps import ask, decoded, error_of, page_of, pages

pytestmark = [pytest.mark.spec("Core", "3.1.2.1")]


@pytest.fixture
def both(op, rp, browser):
    """Alice and bob are signed in at this browser and have consented; bob is the current one."""
    authorize(op, browser, rp)
    authorize(op, browser, rp, "bob", "builder-builder", prompt="login")
    return browser


def choose(page, name):
    """Press the button of the account with this name."""
    button = next(b for b in page.html.select("button.account-choice") if name in b.text)
    form = page.forms["select-form"] if "select-form" in page.forms else page.forms[0]
    return form.submit("account", value=button["value"], headers=OWN_FORM)


def who(browser, rp, response):
    """The subject that the answer in *response* speaks of."""
    return decoded(redeem(browser, rp, answer_of(response)["code"])["id_token"])["sub"]


def test_nobody_to_choose_from_is_a_matter_of_signing_in(op, rp, browser):
    assert pages(op, browser, rp, prompt="select_account")[0] == ["login", "consent"]


def test_one_account_is_a_choice_too(op, rp, browser, alice):
    authorize(op, browser, rp)
    response = ask(browser, rp, prompt="select_account")
    assert page_of(response) == "select_account"
    assert who(browser, rp, choose(response.follow(), "Alice")) == alice


def test_the_chosen_one_is_answered_for(rp, both, alice):
    page = ask(both, rp, prompt="select_account").follow()
    assert who(both, rp, choose(page, "Alice")) == alice


def test_the_choice_stays(rp, both, alice):
    choose(ask(both, rp, prompt="select_account").follow(), "Alice")
    assert who(both, rp, ask(both, rp)) == alice


def test_another_account_signs_in(op, rp, browser, bob):
    authorize(op, browser, rp)
    page = ask(browser, rp, prompt="select_account").follow()
    form = page.forms["select-form"] if "select-form" in page.forms else page.forms[0]
    login = form.submit("another", headers=OWN_FORM)
    assert page_of(login) == "login"
    consent = sign_in(browser, login, "bob", "builder-builder")
    assert who(browser, rp, allow(consent)) == bob


def test_a_choice_and_a_password(op, rp, both, alice):
    page = ask(both, rp, prompt="select_account login").follow()
    login = choose(page, "Alice")
    assert page_of(login) == "login"
    response = sign_in(both, login, "alice", "wonderland")
    assert who(both, rp, response) == alice


def test_a_session_of_another_browser_can_not_be_chosen(op, rp, both, browser):
    page = ask(both, rp, prompt="select_account").follow()
    stranger = op.browser()
    authorize(op, stranger, rp)
    own = ask(stranger, rp, prompt="select_account").follow()
    foreign = page.html.select_one("button.account-choice")["value"]
    form = own.forms["select-form"] if "select-form" in own.forms else own.forms[0]
    response = form.submit("account", value=foreign, headers=OWN_FORM)
    assert page_of(response) == "login"


@pytest.mark.spec("Core", "3.1.2.6")
def test_select_account_can_not_be_silent(rp, both):
    response = ask(both, rp, prompt="none select_account")
    assert error_of(response, rp) == "invalid_request"
