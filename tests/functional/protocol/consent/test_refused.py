"""A person says no (RFC 6749 §4.1.2.1)."""

import pytest

from oidc_pyramid.testing import OWN_FORM, allow, answer_of, authorize, sign_in
from tests.functional.protocol.steps import ask, error_of, page_of

pytestmark = [pytest.mark.spec("RFC 6749", "4.1.2.1"), pytest.mark.spec("Core", "3.1.2.6")]


@pytest.fixture
def consent(rp, browser):
    """The consent page of a person who has just signed in."""
    return sign_in(browser, ask(browser, rp), "alice", "wonderland").follow()


def test_the_client_is_told(op, rp, consent):
    response = allow(consent, "deny")
    assert error_of(response, rp) == "access_denied"
    answer = answer_of(response)
    assert (answer["state"], answer["iss"]) == ("a-state", op.issuer)


def test_nothing_is_remembered_of_a_no(op, rp, alice, browser, consent):
    allow(consent, "deny")
    assert page_of(ask(browser, rp)) == "consent"
    assert error_of(ask(browser, rp, prompt="none"), rp) == "consent_required"
    with op.provider() as provider:
        assert provider.grants.get(alice, rp.client_id) is None


def test_a_no_takes_nothing_back(op, rp, browser):
    authorize(op, browser, rp)
    page = ask(browser, rp, scope="openid email").follow()
    assert error_of(allow(page, "deny"), rp) == "access_denied"
    assert "code" in answer_of(ask(browser, rp))


def test_a_no_can_not_be_turned_into_a_yes(rp, browser, consent):
    allow(consent, "deny")
    assert allow(consent, "allow").html.select_one("#finished")
    assert browser.get(consent.request.url).html.select_one("#finished")


@pytest.mark.parametrize("decision", ["", "yes", "ALLOW"])
def test_anything_but_a_yes_is_a_no(rp, consent, decision):
    form = consent.forms["consent-form"]
    fields = {**dict(form.submit_fields()), "decision": decision}
    response = consent.test_app.post(form.action, fields, headers=OWN_FORM)
    assert error_of(response, rp) == "access_denied"


def test_a_person_may_turn_back_at_the_login_page(op, rp, browser):
    page = ask(browser, rp).follow()
    response = page.forms["login-form"].submit("cancel", headers=OWN_FORM)
    assert error_of(response, rp) == "access_denied"


@pytest.mark.spec("Form Post Response Mode", "2")
def test_a_no_travels_as_the_client_wished(rp, browser):
    response = ask(browser, rp, response_mode="form_post")
    consent = sign_in(browser, response, "alice", "wonderland").follow()
    form = allow(consent, "deny").forms["form-post"]
    assert form["error"].value == "access_denied"
