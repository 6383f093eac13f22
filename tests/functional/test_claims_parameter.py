"""Single claims by the ``claims`` parameter (Core §5.5)."""

import json

import pytest

from oidc_pyramid.testing import answer_of, authorization_request, bearer, code_flow


def claims(**members):
    return json.dumps(members)


def payload(token):
    import base64

    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.spec("Core", "5.5")
def test_a_claim_comes_where_it_was_asked_for(op, rp, alice, browser):
    asked = claims(userinfo={"name": {"essential": True}}, id_token={"email": None})
    tokens = code_flow(op, browser, rp, claims=asked)
    told = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert told == {"sub": alice, "name": "Alice Liddell"}
    id_token = payload(tokens["id_token"])
    assert id_token["email"] == "alice@example.org"
    assert "name" not in id_token


@pytest.mark.spec("Core", "5.5")
def test_the_person_is_asked_about_each_single_claim(op, rp, alice, browser):
    code_flow(op, browser, rp)
    request = authorization_request(rp, claims=claims(userinfo={"email": None}))
    page = browser.get("/authorize", request).follow()
    assert "One detail: email" in page.text


@pytest.mark.spec("Core", "5.5.1")
def test_a_claim_with_another_value_is_left_out(op, rp, alice, browser):
    asked = claims(userinfo={"email": {"value": "bob@example.org"}, "name": None})
    tokens = code_flow(op, browser, rp, claims=asked)
    told = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert set(told) == {"sub", "name"}


@pytest.mark.spec("Core", "5.5.1")
def test_somebody_else_than_the_named_sub_is_an_error(op, rp, alice, browser):
    code_flow(op, browser, rp)
    asked = claims(id_token={"sub": {"value": "somebody else"}})
    request = authorization_request(rp, claims=asked, prompt="none")
    assert answer_of(browser.get("/authorize", request))["error"] == "login_required"


@pytest.mark.spec("Core", "5.5")
@pytest.mark.parametrize(
    "text", ["[]", "1", "{", '{"userinfo": 1}', '{"id_token": {"name": 7}}', "[" * 5000]
)
def test_malformed_claims_are_told_to_the_client(op, rp, alice, browser, text):
    answer = answer_of(browser.get("/authorize", authorization_request(rp, claims=text)))
    assert (answer["error"], answer["state"]) == ("invalid_request", "a-state")
