"""One successor, a grace window, the end for anything older (RFC 6749 §6, RFC 9700 §4.14.2)."""

import pytest

from oidc_pyramid.testing import code_flow
from tests.functional.protocol.steps import tokens_for
from tests.functional.protocol.token.refreshing import has_ended, refresh, refused, works

pytestmark = [pytest.mark.spec("RFC 6749", "6"), pytest.mark.spec("RFC 9700", "4.14.2")]
OFFLINE = "openid email offline_access"


@pytest.fixture
def first(op, rp, browser, clock):
    """The tokens of a code; the clock stands still."""
    return code_flow(op, browser, rp, scope=OFFLINE)


def test_each_use_gives_a_new_one(rp, browser, first):
    seen = [first["refresh_token"]]
    for _ in range(4):
        seen.append(refresh(browser, rp, seen[-1])["refresh_token"])
    assert len(set(seen)) == 5


def test_the_access_token_is_new_and_the_old_one_stays(rp, browser, first):
    second = refresh(browser, rp, first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    assert works(browser, first["access_token"])
    assert works(browser, second["access_token"])


def test_the_previous_one_in_time_gets_the_same_successor(rp, browser, first, clock):
    second = refresh(browser, rp, first["refresh_token"])
    clock.shift(9)
    again = refresh(browser, rp, first["refresh_token"])
    assert again["refresh_token"] == second["refresh_token"]
    assert again["access_token"] != second["access_token"]
    assert works(browser, again["access_token"])
    assert refresh(browser, rp, second["refresh_token"])["refresh_token"]


def test_the_window_is_not_prolonged_by_its_use(rp, browser, first, clock):
    second = refresh(browser, rp, first["refresh_token"])
    clock.shift(9)
    refresh(browser, rp, first["refresh_token"])
    clock.shift(1)
    assert refused(browser, rp, first["refresh_token"])
    assert has_ended(browser, rp, first, second)


def test_the_previous_one_too_late_ends_everything(rp, browser, first, clock):
    second = refresh(browser, rp, first["refresh_token"])
    clock.shift(10)
    assert refused(browser, rp, first["refresh_token"])
    assert has_ended(browser, rp, first, second)


def test_the_previous_one_for_another_scope_ends_everything(rp, browser, first):
    second = refresh(browser, rp, first["refresh_token"])
    assert refused(browser, rp, first["refresh_token"], scope="openid")
    assert has_ended(browser, rp, first, second)


def test_the_previous_one_for_the_same_narrow_scope(rp, browser, first):
    second = refresh(browser, rp, first["refresh_token"], scope="openid")
    again = refresh(browser, rp, first["refresh_token"], scope="openid")
    assert again["refresh_token"] == second["refresh_token"]
    assert again["scope"] == "openid"


def test_one_whose_successor_was_used_ends_everything(rp, browser, first):
    second = refresh(browser, rp, first["refresh_token"])
    third = refresh(browser, rp, second["refresh_token"])
    assert refused(browser, rp, first["refresh_token"])
    assert has_ended(browser, rp, first, second, third)


def test_one_authorization_ends_and_not_its_siblings(op, rp, browser, first):
    sibling = code_flow(op, browser, rp, scope=OFFLINE)
    second = refresh(browser, rp, first["refresh_token"])
    refresh(browser, rp, second["refresh_token"])
    assert refused(browser, rp, first["refresh_token"])
    assert works(browser, sibling["access_token"])
    assert refresh(browser, rp, sibling["refresh_token"])["access_token"]


@pytest.mark.spec("RFC 6749", "10.4")
@pytest.mark.spec("Core", "12.1")
def test_another_client_has_no_effect(rp, add_client, browser, first):
    thief = add_client()
    second = refresh(browser, rp, first["refresh_token"])
    assert refused(browser, thief, first["refresh_token"])
    assert refused(browser, thief, second["refresh_token"])
    assert refresh(browser, rp, second["refresh_token"])["access_token"]


@pytest.mark.spec("RFC 6749", "10.4")
def test_a_wrong_secret_has_no_effect(rp, browser, first):
    secret, rp.secret = rp.secret, "wrong"
    answer = refresh(browser, rp, first["refresh_token"], 401)
    rp.secret = secret
    assert answer["error"] == "invalid_client"
    assert refresh(browser, rp, first["refresh_token"])["access_token"]


@pytest.mark.spec("RFC 6749", "10.4")
def test_what_we_did_not_make_has_no_effect(rp, browser, first):
    token = first["refresh_token"]
    for place in (2, 10, 35, 60, len(token) - 2):
        other = "A" if token[place] != "A" else "B"
        assert refused(browser, rp, token[:place] + other + token[place + 1 :])
    for nonsense in ("x", "ü", "A" * len(token), "A" * 60_000, first["access_token"]):
        assert refused(browser, rp, nonsense)
    assert refresh(browser, rp, token)["access_token"]


def test_a_deployment_without_a_window(own_op, clock):
    op = own_op(refresh_grace="0")
    rp, browser = op.add_client(), op.browser()
    first = code_flow(op, browser, rp, scope=OFFLINE)
    second = refresh(browser, rp, first["refresh_token"])
    assert refused(browser, rp, first["refresh_token"])
    assert has_ended(browser, rp, first, second)


def test_a_client_with_a_window_of_its_own(op, add_client, browser, clock):
    rp = add_client(refresh_grace=60)
    first = code_flow(op, browser, rp, scope=OFFLINE)
    second = refresh(browser, rp, first["refresh_token"])
    clock.shift(59)
    again = refresh(browser, rp, first["refresh_token"])
    assert again["refresh_token"] == second["refresh_token"]


def test_a_public_client_has_no_window(op, public, browser):
    first = tokens_for(op, browser, public, scope=OFFLINE)
    second = refresh(browser, public, first["refresh_token"])
    assert refused(browser, public, first["refresh_token"])
    assert has_ended(browser, public, first, second)
