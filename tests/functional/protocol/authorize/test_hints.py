"""Whom the client has in mind: ``login_hint`` and ``id_token_hint`` (Core §3.1.2.1, §3.1.2.2)."""

import pytest

from oidc_pyramid.testing import allow, answer_of, authorize, code_flow, redeem, sign_in
from tests.functional.protocol.steps import ask, decoded, error_of, page_of

pytestmark = [pytest.mark.spec("Core", "3.1.2.1")]


@pytest.fixture
def hint(op, rp, browser):
    """Alice's ID Token; she is signed in."""
    return code_flow(op, browser, rp)["id_token"]


def sign_in_as_bob(browser, response):
    return sign_in(browser, response, "bob", "builder-builder")


def who(browser, rp, response):
    return decoded(redeem(browser, rp, answer_of(response)["code"])["id_token"])["sub"]


def test_login_hint_is_in_the_form(rp, browser):
    form = ask(browser, rp, login_hint="alice").follow().forms["login-form"]
    assert form["username"].value == "alice"


def test_login_hint_is_no_markup(rp, browser):
    evil = '"><script>alert(1)</script>'
    page = ask(browser, rp, login_hint=evil).follow()
    assert page.forms["login-form"]["username"].value == evil
    assert "<script>alert" not in page.text


def test_login_hint_chooses_among_those_who_are_signed_in(op, rp, browser, hint, alice, bob):
    authorize(op, browser, rp, "bob", "builder-builder", prompt="login")
    assert who(browser, rp, ask(browser, rp, login_hint="alice")) == alice
    assert who(browser, rp, ask(browser, rp)) == bob


def test_login_hint_forces_nobody(op, rp, browser, bob, hint):
    response = authorize(
        op, browser, rp, "bob", "builder-builder", login_hint="alice", prompt="login"
    )
    assert who(browser, rp, response) == bob


def test_the_hinted_person_is_signed_in(rp, browser, hint, alice):
    response = ask(browser, rp, id_token_hint=hint, prompt="none")
    assert who(browser, rp, response) == alice


@pytest.mark.spec("Core", "3.1.2.2")
def test_a_hint_is_good_after_its_expiry(rp, browser, hint, alice, clock):
    clock.shift(3600)
    response = ask(browser, rp, id_token_hint=hint, prompt="none")
    assert who(browser, rp, response) == alice


@pytest.mark.spec("Core", "3.1.2.2")
def test_the_hinted_person_is_found_among_several(op, rp, browser, hint, alice):
    authorize(op, browser, rp, "bob", "builder-builder", prompt="login")
    response = ask(browser, rp, id_token_hint=hint, prompt="none")
    assert who(browser, rp, response) == alice


@pytest.mark.spec("Core", "3.1.2.2")
@pytest.mark.spec("Core", "3.1.2.6")
def test_somebody_else_is_signed_in(op, rp, hint):
    browser = op.browser()
    authorize(op, browser, rp, "bob", "builder-builder")
    response = ask(browser, rp, id_token_hint=hint, prompt="none")
    assert error_of(response, rp) == "login_required"
    assert page_of(ask(browser, rp, id_token_hint=hint)) == "login"


@pytest.mark.spec("Core", "3.1.2.2")
def test_somebody_else_signs_in(op, rp, hint):
    browser = op.browser()
    response = sign_in_as_bob(browser, ask(browser, rp, id_token_hint=hint))
    assert error_of(response, rp) == "login_required"


@pytest.mark.spec("Core", "3.1.2.2")
def test_the_hinted_person_signs_in(op, rp, hint, alice):
    browser = op.browser()
    response = sign_in(browser, ask(browser, rp, id_token_hint=hint), "alice", "wonderland")
    if page_of(response) == "consent":
        response = allow(response)
    assert who(browser, rp, response) == alice


@pytest.mark.spec("Core", "3.1.2.2")
def test_a_hint_that_is_not_ours(rp, browser, hint):
    head, payload, signature = hint.split(".")
    forged = "A" * len(signature)
    for bad in ("nonsense", f"{head}.{payload}.", f"{head}.{payload}.{forged}", "a.b.c", "." * 9):
        response = ask(browser, rp, id_token_hint=bad)
        assert error_of(response, rp) == "invalid_request"


@pytest.mark.spec("Core", "3.1.2.2")
def test_a_hint_of_another_client(add_client, browser, hint):
    other = add_client()
    response = ask(browser, other, id_token_hint=hint)
    assert error_of(response, other) == "invalid_request"
