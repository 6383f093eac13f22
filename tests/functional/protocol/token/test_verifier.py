"""The verifier of PKCE at the token endpoint (RFC 7636 §4.5, §4.6, RFC 9700 §4.8)."""

import pytest

from oidc_pyramid.testing import bearer, pkce, redeem
from tests.functional.protocol.steps import code_for, code_with_proof

pytestmark = [pytest.mark.spec("RFC 7636", "4.6")]
NONCES = pytest.mark.parametrize("nonce", ["n", "n" * 600], ids=["sealed", "pending"])


def refused(browser, rp, code, **more):
    return redeem(browser, rp, code, status=400, **more)["error"] == "invalid_grant"


@pytest.mark.parametrize("client", ["rp", "public"])
def test_the_right_one(op, browser, request, client):
    client = request.getfixturevalue(client)
    code, verifier = code_with_proof(op, browser, client)
    assert redeem(browser, client, code, code_verifier=verifier)["access_token"]


@NONCES
@pytest.mark.parametrize("client", ["rp", "public"])
def test_a_wrong_one_uses_the_code_up(op, browser, request, client, nonce):
    client = request.getfixturevalue(client)
    code, verifier = code_with_proof(op, browser, client, nonce=nonce)
    assert refused(browser, client, code, code_verifier=pkce()[0])
    assert refused(browser, client, code, code_verifier=verifier)


@NONCES
def test_a_wrong_one_later_ends_nothing(op, rp, browser, nonce):
    code, verifier = code_with_proof(op, browser, rp, nonce=nonce)
    tokens = redeem(browser, rp, code, code_verifier=verifier)
    assert refused(browser, rp, code, code_verifier=pkce()[0])
    browser.get("/userinfo", headers=bearer(tokens["access_token"]))


@NONCES
def test_a_missing_one_changes_nothing(op, rp, browser, nonce):
    code, verifier = code_with_proof(op, browser, rp, nonce=nonce)
    assert refused(browser, rp, code)
    assert refused(browser, rp, code, code_verifier="")
    assert redeem(browser, rp, code, code_verifier=verifier)["access_token"]


@pytest.mark.spec("RFC 9700", "4.8.2")
def test_one_without_a_challenge_is_a_downgrade(op, rp, browser):
    code = code_for(op, browser, rp)
    assert refused(browser, rp, code, code_verifier=pkce()[0])
    assert redeem(browser, rp, code)["access_token"]


@pytest.mark.spec("RFC 7636", "4.1")
@pytest.mark.parametrize("change", ["{:.42}", "{}" + "a" * 86, "{}=", "{} ", "ü{}"])
def test_one_that_is_not_written_as_it_should(op, rp, browser, change):
    code, verifier = code_with_proof(op, browser, rp)
    assert refused(browser, rp, code, code_verifier=change.format(verifier))


@pytest.mark.spec("RFC 7636", "4.2")
def test_the_challenge_is_no_verifier(op, rp, browser):
    challenge = pkce()[1]
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = code_for(op, browser, rp, **asked)
    assert refused(browser, rp, code, code_verifier=challenge)


def test_a_stranger_with_the_verifier_changes_nothing(op, rp, add_client, browser):
    code, verifier = code_with_proof(op, browser, rp)
    assert refused(browser, add_client(), code, code_verifier=verifier)
    assert redeem(browser, rp, code, code_verifier=verifier)["access_token"]
