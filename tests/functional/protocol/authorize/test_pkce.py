"""The challenge of PKCE (RFC 7636 §4.3, §4.4.1); the verifier is the token endpoint's matter."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, pkce
from tests.functional.protocol.steps import ask, error_of, page_of

GOOD = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def proof(challenge=GOOD, method="S256"):
    return {"code_challenge": challenge, "code_challenge_method": method}


@pytest.mark.spec("RFC 7636", "4.4.1")
@pytest.mark.spec("RFC 9700", "2.1.1")
def test_a_public_client_needs_one(public, browser):
    assert error_of(ask(browser, public), public) == "invalid_request"
    assert page_of(ask(browser, public, **proof())) == "login"


@pytest.mark.spec("RFC 7636", "4.4.1")
def test_a_client_may_be_held_to_it(add_client, browser):
    rp = add_client(require_pkce=True)
    assert error_of(ask(browser, rp), rp) == "invalid_request"
    assert page_of(ask(browser, rp, **proof())) == "login"


@pytest.mark.spec("RFC 7636", "4.4.1")
def test_a_deployment_may_hold_everybody_to_it(own_op):
    op = own_op(require_pkce="true")
    rp, browser = op.add_client(), op.browser()
    assert error_of(ask(browser, rp), rp) == "invalid_request"
    assert page_of(ask(browser, rp, **proof())) == "login"


@pytest.mark.spec("RFC 7636", "4.3")
@pytest.mark.spec("RFC 7636", "7.2")
@pytest.mark.parametrize("method", [None, "plain", "s256", "S512"])
def test_only_s256_will_do(rp, browser, method):
    assert error_of(ask(browser, rp, **proof(method=method)), rp) == "invalid_request"


@pytest.mark.spec("RFC 7636", "4.2")
@pytest.mark.parametrize("challenge", [None, GOOD[:-1], GOOD + "a", GOOD[:-1] + "=", "ü" * 43])
def test_a_challenge_that_no_verifier_answers(rp, browser, challenge):
    assert error_of(ask(browser, rp, **proof(challenge)), rp) == "invalid_request"


@pytest.mark.spec("RFC 7636", "4.4.1")
def test_the_reason_is_explained(public, browser):

    answer = answer_of(ask(browser, public))
    assert "code_challenge is required" in answer["error_description"]


@pytest.mark.spec("RFC 7636", "4.4")
def test_the_challenge_is_not_in_the_answer(op, rp, browser):

    challenge = pkce()[1]
    response = authorize(op, browser, rp, **proof(challenge))
    assert challenge not in response.headers["Location"]
    assert set(answer_of(response)) == {"code", "state", "iss"}
