"""A client gives back what it no longer needs (RFC 7009)."""

import pytest

from oidc_pyramid.testing import code_flow
from tests.functional.protocol.steps import tokens_for
from tests.functional.protocol.token.refreshing import has_ended, refresh, refused, works

pytestmark = [pytest.mark.spec("RFC 7009", "2.1"), pytest.mark.spec("RFC 7009", "2.2")]


@pytest.fixture
def tokens(op, rp, browser):
    return code_flow(op, browser, rp, scope="openid offline_access")


def revoke(browser, client, token, status=200, **more):
    headers = client.basic if client.secret else {}
    own = {} if client.secret else {"client_id": client.client_id}
    return browser.post("/revoke", {"token": token, **own, **more}, headers=headers, status=status)


def test_an_access_token_alone(rp, browser, tokens):
    revoke(browser, rp, tokens["access_token"])
    assert not works(browser, tokens["access_token"])
    assert refresh(browser, rp, tokens["refresh_token"])["access_token"]


@pytest.mark.spec("RFC 7009", "2")
def test_a_refresh_token_with_all_that_came_of_it(rp, browser, tokens):
    second = refresh(browser, rp, tokens["refresh_token"])
    revoke(browser, rp, second["refresh_token"])
    assert has_ended(browser, rp, tokens, second)


def test_an_older_refresh_token_will_do(rp, browser, tokens):
    second = refresh(browser, rp, tokens["refresh_token"])
    revoke(browser, rp, tokens["refresh_token"])
    assert has_ended(browser, rp, tokens, second)


def test_siblings_stay(op, rp, browser, tokens):
    sibling = code_flow(op, browser, rp, scope="openid offline_access")
    revoke(browser, rp, tokens["refresh_token"])
    assert works(browser, sibling["access_token"])
    assert refresh(browser, rp, sibling["refresh_token"])["access_token"]


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "something"])
def test_the_hint_may_be_wrong(rp, browser, tokens, hint):
    for name in ("access_token", "refresh_token"):
        revoke(browser, rp, tokens[name], token_type_hint=hint)
    assert has_ended(browser, rp, tokens)


@pytest.mark.parametrize("token", ["x", "ü", "a.b.c", "A" * 60_000])
def test_what_never_was_a_token_is_revoked_already(rp, browser, token):
    response = revoke(browser, rp, token)
    assert response.body == b""


def test_twice(rp, browser, tokens):
    for _ in range(2):
        revoke(browser, rp, tokens["access_token"])
        revoke(browser, rp, tokens["refresh_token"])
    assert has_ended(browser, rp, tokens)


def test_the_token_of_another_client_stays(add_client, rp, browser, tokens):
    thief = add_client()
    for name in ("access_token", "refresh_token"):
        revoke(browser, thief, tokens[name])
    assert works(browser, tokens["access_token"])
    assert refresh(browser, rp, tokens["refresh_token"])["access_token"]


def test_the_client_has_to_authenticate(rp, browser, tokens):
    response = browser.post("/revoke", {"token": tokens["access_token"]}, status=401)
    assert response.json["error"] == "invalid_client"
    assert works(browser, tokens["access_token"])


def test_a_public_client_revokes_its_own(op, public, browser):
    tokens = tokens_for(op, browser, public, scope="openid offline_access")
    revoke(browser, public, tokens["refresh_token"])
    assert refused(browser, public, tokens["refresh_token"])
    assert not works(browser, tokens["access_token"])


@pytest.mark.spec("RFC 7009", "2.2.1")
def test_the_token_is_missing(rp, browser):
    response = browser.post("/revoke", {}, headers=rp.basic, status=400)
    assert response.json["error"] == "invalid_request"


def test_only_post(browser):
    assert browser.get("/revoke", status=405).headers["Allow"] == "POST"
