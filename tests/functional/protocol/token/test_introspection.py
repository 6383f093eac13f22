"""Is this token good? (RFC 7662)"""

import pytest

from oidc_pyramid.testing import code_flow
from tests.functional.protocol.steps import decoded
from tests.functional.protocol.token.refreshing import refresh

pytestmark = [pytest.mark.spec("RFC 7662", "2.2")]
INACTIVE = {"active": False}


@pytest.fixture
def tokens(op, rp, browser, clock):
    return code_flow(op, browser, rp, scope="openid email offline_access")


@pytest.fixture
def resource(add_client):
    """A resource server: it may ask about everybody's tokens."""
    return add_client(scope=("token_introspection",), grant_types=())


def ask(browser, client, token, status=200, **more):
    body = {"token": token, **more}
    response = browser.post("/introspect", body, headers=client.basic, status=status)
    return response.json


def test_an_access_token(op, rp, alice, resource, browser, tokens):
    claims = decoded(tokens["id_token"])
    answer = ask(browser, resource, tokens["access_token"])
    assert len(answer.pop("jti")) == 32
    assert answer == {
        "active": True,
        "iss": op.issuer,
        "sub": alice,
        "aud": op.issuer,
        "client_id": rp.client_id,
        "scope": "openid email offline_access",
        "token_type": "Bearer",
        "iat": claims["iat"],
        "exp": claims["iat"] + 3600,
        "username": "alice",
    }


def test_a_refresh_token_is_its_owners_business(op, rp, alice, resource, browser, tokens):
    answer = ask(browser, rp, tokens["refresh_token"])
    assert (answer["active"], answer["sub"], answer["client_id"]) == (True, alice, rp.client_id)
    assert ask(browser, resource, tokens["refresh_token"]) == INACTIVE


def test_a_refresh_token_that_was_used(rp, browser, tokens):
    newer = refresh(browser, rp, tokens["refresh_token"])["refresh_token"]
    assert ask(browser, rp, tokens["refresh_token"]) == INACTIVE
    assert ask(browser, rp, newer)["active"]


@pytest.mark.spec("RFC 7662", "2.1")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "something"])
def test_the_hint_may_be_wrong(rp, browser, tokens, hint):
    for name in ("access_token", "refresh_token"):
        assert ask(browser, rp, tokens[name], token_type_hint=hint)["active"]


@pytest.mark.spec("RFC 7662", "4")
def test_the_token_of_another_client_looks_like_none(add_client, browser, tokens):
    other = add_client()
    assert ask(browser, other, tokens["access_token"]) == INACTIVE
    assert ask(browser, other, tokens["refresh_token"]) == INACTIVE


@pytest.mark.spec("RFC 7662", "4")
def test_an_expired_token(rp, browser, tokens, clock):
    clock.shift(3599)
    assert ask(browser, rp, tokens["access_token"])["active"]
    clock.shift(1)
    assert ask(browser, rp, tokens["access_token"]) == INACTIVE


@pytest.mark.spec("RFC 7662", "4")
def test_a_revoked_token(rp, browser, tokens):
    browser.post("/revoke", {"token": tokens["access_token"]}, headers=rp.basic)
    assert ask(browser, rp, tokens["access_token"]) == INACTIVE


@pytest.mark.parametrize("token", ["x", "ü", "a.b.c", "A" * 60_000, "\\", "null"])
def test_what_never_was_a_token(rp, browser, token):
    assert ask(browser, rp, token) == INACTIVE


def test_other_things_of_ours_are_no_tokens(op, rp, browser, tokens):
    assert ask(browser, rp, tokens["id_token"]) == INACTIVE


@pytest.mark.spec("RFC 7662", "2.3")
def test_the_caller_has_to_authenticate(rp, browser, tokens):
    response = browser.post("/introspect", {"token": tokens["access_token"]}, status=401)
    assert response.json["error"] == "invalid_client"
    rp.secret = "wrong"
    answer = ask(browser, rp, tokens["access_token"], 401)
    assert answer["error"] == "invalid_client"


@pytest.mark.spec("RFC 7662", "4")
def test_a_public_client_is_not_enough(public, browser, tokens):
    body = {"token": tokens["access_token"], "client_id": public.client_id}
    assert browser.post("/introspect", body, status=401).json["error"] == "invalid_client"


@pytest.mark.spec("RFC 7662", "2.1")
def test_the_token_is_missing(rp, browser):
    response = browser.post("/introspect", {}, headers=rp.basic, status=400)
    assert response.json["error"] == "invalid_request"


@pytest.mark.spec("RFC 7662", "2.1")
def test_only_post(browser):
    assert browser.get("/introspect", status=405).headers["Allow"] == "POST"


@pytest.mark.spec("RFC 7662", "4")
def test_the_answer_is_not_kept(rp, browser, tokens):
    body = {"token": tokens["access_token"]}
    response = browser.post("/introspect", body, headers=rp.basic)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"] == "application/json"


def test_a_deployment_may_tell_everybody(own_op):
    op = own_op(introspection_audience="any", introspection_scope="false")
    rp, other, browser = op.add_client(), op.add_client("other"), op.browser()
    token = code_flow(op, browser, rp)["access_token"]
    answer = ask(browser, other, token)
    assert answer["active"]
    assert "scope" not in answer
