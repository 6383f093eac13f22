"""RU-18: nobody is taken to a stranger's address by an error of ours (RFC 9700 §4.11.2)."""

import pytest

from oidc_pyramid.testing import (
    OWN_FORM,
    RelyingParty,
    answer_of,
    authorization_request,
    authorize,
    sign_in,
)
from tests.functional.attacks.cast import challenge
from tests.functional.attacks.musts import e_redir

pytestmark = [pytest.mark.spec("RFC 9700", "4.11.2")]

PHISH = "https://phish.example/cb"
WRONG = {
    "scope": {"scope": "nonsense"},
    "prompt": {"prompt": "moon"},
    "response-type": {"response_type": "moon"},
    "challenge": {"code_challenge": "short"},
    "twice": {"prompt": "none login"},
    "level": {"claims": '{"id_token": {"acr": {"essential": true, "value": "moon"}}}'},
}


def through(op, link):
    """What a browser that was never here is taken to by a link that somebody else has got."""
    browser = op.browser()
    response = browser.get(link, status="*")
    while response.status_int == 303 and response.location.startswith(op.issuer):
        response = browser.get(response.location, status="*")
    return response


@pytest.fixture
def make(make_op):
    def make(**settings):
        op = make_op(
            **{"oidc.registration": "open", "oidc.response_types": "code, id_token"},
            **{f"oidc.{name}": value for name, value in settings.items()},
        )
        op.add_user("alice", "wonderland")
        return op

    return make


@pytest.fixture
def op(make):
    return make()


def stranger(op, **metadata):
    """A client that has registered itself."""
    document = {"redirect_uris": [PHISH], "client_name": "Free Gifts", **metadata}
    made = op.browser().post_json("/clients", document).json
    return RelyingParty(made["client_id"], made.get("client_secret"), PHISH)


def ask(browser, rp, **more):
    params = authorization_request(rp, **{**challenge(), **more})
    return browser.get("/authorize", params, status="*")


def is_held_back(response):
    page = response.html
    assert response.status_int == 400
    assert "Location" not in response.headers
    assert "phish.example" in page.select_one("#interstitial").text
    return page.select_one("#continue")


@pytest.mark.parametrize("name", WRONG)
def test_ru_18_the_way_is_shown_not_taken(op, browser, name):
    link = is_held_back(ask(browser, stranger(op), **WRONG[name]))
    assert link["href"].startswith(f"{PHISH}?error=")


def test_ru_18_signed_in_people_are_no_other(op, browser):
    authorize(op, browser, op.add_client())
    is_held_back(ask(browser, stranger(op), scope="nonsense"))


def test_ru_18_a_post_too(op, browser):
    rp = stranger(op)
    params = authorization_request(rp, scope="nonsense", **challenge())
    is_held_back(browser.post("/authorize", params, status="*"))


def test_ru_18_the_error_and_state_are_in_the_link(op, browser):
    link = is_held_back(ask(browser, stranger(op), scope="nonsense"))
    assert "error=invalid_scope" in link["href"]
    assert "state=a-state" in link["href"]
    assert "iss=" in link["href"]


def test_ru_18_an_answer_by_form(op, browser):
    rp = stranger(op, response_types=["id_token"], grant_types=["implicit"])
    asked = {"response_type": "id_token", "response_mode": "form_post", "scope": "nonsense"}
    response = ask(browser, rp, **asked)
    assert is_held_back(response).name == "button"
    form = response.html.select_one("#interstitial form")
    assert form["action"] == PHISH
    assert "form-action https://phish.example" in response.headers["Content-Security-Policy"]
    assert "form_post.js" not in response.text


def test_ru_18_a_malformed_silent_request(op, browser):
    is_held_back(ask(browser, stranger(op), scope="nonsense", prompt="none"))


def test_ru_18_a_malformed_silent_request_of_a_client_that_was_allowed(op, browser):
    rp = stranger(op)
    authorize(op, browser, rp, **challenge())
    e_redir(ask(browser, rp, scope="nonsense", prompt="none"), "invalid_scope")
    is_held_back(ask(browser, rp, scope="nonsense"))


@pytest.mark.spec("Core", "3.1.2.6")
def test_ru_18_a_silent_request_is_answered_by_redirect(op, browser):
    rp = stranger(op)
    e_redir(ask(browser, rp, prompt="none"), "login_required")
    authorize(op, browser, op.add_client())
    e_redir(ask(browser, rp, prompt="none"), "consent_required")


def test_ru_18_strict_holds_silent_requests_back_until_the_client_was_allowed(make):
    op = make(error_interstitial="strict")
    browser, rp = op.browser(), stranger(op)
    is_held_back(ask(browser, rp, prompt="none"))
    authorize(op, browser, rp, **challenge())
    e_redir(ask(browser, rp, prompt="none", max_age="0"), "login_required")
    is_held_back(ask(op.browser(), rp, prompt="none"))


def test_ru_18_after_the_person_was_asked_the_answer_goes(op, browser):
    rp = stranger(op)
    page = ask(browser, rp).follow()
    cancelled = page.forms["login-form"].submit("cancel", headers=OWN_FORM)
    e_redir(cancelled, "access_denied")
    consent = sign_in(browser, ask(browser, rp), "alice", "wonderland").follow()
    denied = consent.forms["consent-form"].submit("decision", value="deny", headers=OWN_FORM)
    assert answer_of(denied)["error"] == "access_denied"


def test_ru_18_clients_that_the_operator_knows_are_answered(op, browser):
    rp = stranger(op)
    op.change_client(rp.client_id, verified=True)
    e_redir(ask(browser, rp, scope="nonsense"), "invalid_scope")
    e_redir(ask(browser, op.add_client(), scope="nonsense"), "invalid_scope")


def test_ru_18_the_setting_switches_it_off(make):
    op = make(error_interstitial="off")
    e_redir(ask(op.browser(), stranger(op), scope="nonsense"), "invalid_scope")


@pytest.mark.parametrize("mode", ["on", "strict"])
def test_a_sealed_request_of_somebody_else_takes_nobody_there(make, mode):
    """A POST makes a link of ours, which works in any browser: it is no click either."""
    op = make(error_interstitial=mode)
    op.add_client("phish", redirect_uris=[PHISH])
    op.change_client("phish", dynamic=True)
    asked = authorization_request(RelyingParty("phish", None, PHISH), **WRONG["level"])
    link = op.browser().post("/authorize", asked, status=303).location
    page = through(op, link)
    assert page.status_int == 400
    assert page.html.find(id="continue")["href"].startswith(PHISH)
