"""Every other error goes back to the client (RFC 6749 §4.1.2.1, Core §3.1.2.6)."""

import re

import pytest

from oidc_pyramid.testing import answer_of, authorization_request
from tests.functional.protocol.steps import ask, error_of

pytestmark = [pytest.mark.spec("RFC 6749", "4.1.2.1"), pytest.mark.spec("Core", "3.1.2.6")]

WRONG = {
    "response_type": ("unknown", "unsupported_response_type"),
    "response_mode": ("unknown", "invalid_request"),
    "scope": ("unknown", "invalid_scope"),
    "prompt": ("unknown", "invalid_request"),
    "max_age": ("unknown", "invalid_request"),
    "code_challenge": ("unknown", "invalid_request"),
    "id_token_hint": ("unknown", "invalid_request"),
    "claims": ("unknown", "invalid_request"),
    "registration": ("{}", "registration_not_supported"),
}


@pytest.mark.spec("RFC 9207", "2")
@pytest.mark.parametrize("name", WRONG)
def test_the_code_of_the_error_with_state_and_iss(op, rp, browser, name):
    value, error = WRONG[name]
    response = ask(browser, rp, **{name: value})
    assert error_of(response, rp) == error
    answer = answer_of(response)
    assert set(answer) == {"error", "error_description", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("a-state", op.issuer)


@pytest.mark.parametrize("name", WRONG)
def test_the_description_is_plain_text(rp, browser, name):
    answer = answer_of(ask(browser, rp, **{name: WRONG[name][0]}))
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", answer["error_description"])
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", answer["error"])


@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.parametrize("name", ["scope", "response_type", "nonce", "prompt", "extra"])
def test_a_parameter_that_comes_twice(rp, browser, name):
    params = [*authorization_request(rp).items(), (name, "openid"), (name, "openid")]
    response = browser.get("/authorize", params)
    assert error_of(response, rp) == "invalid_request"
    assert answer_of(response)["state"] == "a-state"


@pytest.mark.spec("RFC 6749", "3.1")
def test_a_state_that_comes_twice_is_not_sent_back(rp, browser):
    params = [*authorization_request(rp).items(), ("state", "another")]
    answer = answer_of(browser.get("/authorize", params))
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.spec("Core", "3.1.2.2")
def test_unknown_parameters_are_ignored(rp, browser):
    response = ask(browser, rp, extra="1", **{"ünknown": "<>", "x" * 200: "y"})
    assert response.headers["Location"].endswith("/login")


@pytest.mark.spec("RFC 6749", "3.1")
def test_an_empty_parameter_counts_as_omitted(rp, browser):
    empty = dict.fromkeys(("prompt", "max_age", "nonce", "display", "code_challenge", "claims"), "")
    assert ask(browser, rp, **empty).headers["Location"].endswith("/login")
    assert error_of(ask(browser, rp, response_type=""), rp) == "invalid_request"
