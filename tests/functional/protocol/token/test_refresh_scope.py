"""What a refreshed token may do, and the ID Token that comes with it (RFC 6749 §6, Core §12.2)."""

import pytest

from oidc_pyramid.testing import bearer, code_flow
from tests.functional.protocol.steps import decoded
from tests.functional.protocol.token.refreshing import refresh

pytestmark = [pytest.mark.spec("RFC 6749", "6")]


@pytest.fixture
def first(op, rp, browser, clock):
    return code_flow(op, browser, rp, scope="openid email offline_access")


def test_the_same_scope_where_none_is_named(rp, browser, first):
    answer = refresh(browser, rp, first["refresh_token"])
    assert answer["scope"] == "openid email offline_access"


def test_less_for_this_access_token_alone(rp, browser, first):
    narrow = refresh(browser, rp, first["refresh_token"], scope="openid")
    assert narrow["scope"] == "openid"
    claims = browser.get("/userinfo", headers=bearer(narrow["access_token"])).json
    assert "email" not in claims
    again = refresh(browser, rp, narrow["refresh_token"])
    assert again["scope"] == "openid email offline_access"


@pytest.mark.parametrize("scope", ["openid phone", "moon", "openid  email", "openid\\"])
def test_more_is_refused_and_nothing_is_used_up(rp, browser, first, scope):
    answer = refresh(browser, rp, first["refresh_token"], 400, scope=scope)
    assert answer["error"] == "invalid_scope"
    assert refresh(browser, rp, first["refresh_token"])["access_token"]


def test_without_openid_there_is_no_id_token(rp, browser, first):
    answer = refresh(browser, rp, first["refresh_token"], scope="email")
    assert "id_token" not in answer


@pytest.mark.spec("Core", "12.2")
def test_the_id_token_speaks_of_the_first_sign_in(rp, browser, first, clock):
    clock.shift(1000)
    answer = refresh(browser, rp, first["refresh_token"])
    old, new = decoded(first["id_token"]), decoded(answer["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "sid", "amr"):
        assert new[name] == old[name]
    assert new["iat"] == old["iat"] + 1000
    assert new["exp"] == old["exp"] + 1000
    assert "nonce" not in new


@pytest.mark.spec("Core", "12.2")
def test_a_newer_sign_in_changes_nothing_of_it(op, rp, browser, first, clock):
    clock.shift(1000)
    code_flow(op, browser, rp, prompt="login")
    answer = refresh(browser, rp, first["refresh_token"])
    assert decoded(answer["id_token"])["auth_time"] == decoded(first["id_token"])["auth_time"]


def test_what_the_client_lost_the_token_does_not_have(op, rp, browser, first):
    op.change_client(rp.client_id, scope=("openid", "offline_access"))
    answer = refresh(browser, rp, first["refresh_token"])
    assert answer["scope"] == "openid offline_access"


def test_where_nothing_is_left_nothing_is_given(op, rp, browser, first):
    op.change_client(rp.client_id, scope=("phone",))
    answer = refresh(browser, rp, first["refresh_token"], 400)
    assert answer["error"] == "invalid_scope"
    op.change_client(rp.client_id, scope=("openid", "offline_access"))
    assert refresh(browser, rp, first["refresh_token"])["scope"] == "openid offline_access"
