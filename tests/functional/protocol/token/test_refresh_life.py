"""How long refreshing is possible, and what ends it."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, code_flow, redeem
from tests.functional.protocol.token.refreshing import refresh, refused

pytestmark = [pytest.mark.spec("RFC 6749", "6"), pytest.mark.spec("RFC 9700", "2.2.2")]
OFFLINE = "openid offline_access"
DAY = 24 * 3600


@pytest.fixture
def token(op, rp, browser, clock):
    return code_flow(op, browser, rp, scope=OFFLINE)["refresh_token"]


def test_unused_for_thirty_days(rp, browser, token, clock):
    clock.shift(30 * DAY - 1)
    newer = refresh(browser, rp, token)["refresh_token"]
    clock.shift(30 * DAY)
    assert refused(browser, rp, newer)


def test_each_use_starts_it_again_up_to_the_end(rp, browser, token, clock):
    for _ in range(6):
        clock.shift(29 * DAY)
        token = refresh(browser, rp, token)["refresh_token"]
    clock.shift(6 * DAY - 1)
    token = refresh(browser, rp, token)["refresh_token"]
    clock.shift(1)
    assert refused(browser, rp, token)


def test_as_long_as_the_deployment_says(own_op, clock):
    op = own_op(refresh_expire="1h", refresh_absolute_expire="2h")
    rp, browser = op.add_client(), op.browser()
    token = code_flow(op, browser, rp, scope=OFFLINE)["refresh_token"]
    clock.shift(3600)
    assert refused(browser, rp, token)


def test_not_for_a_client_without_that_grant_type(op, add_client, browser):
    rp = add_client(grant_types=("authorization_code",))
    tokens = code_flow(op, browser, rp, scope=OFFLINE)
    assert "refresh_token" not in tokens
    answer = refresh(browser, rp, "x", 400)
    assert answer["error"] == "unauthorized_client"


def test_not_where_the_deployment_does_not_offer_it(own_op):
    op = own_op(grant_types="authorization_code")
    rp, browser = op.add_client(), op.browser()
    assert "refresh_token" not in code_flow(op, browser, rp, scope=OFFLINE)
    assert refresh(browser, rp, "x", 400)["error"] == "unsupported_grant_type"


def test_not_after_the_consent_was_revoked(op, rp, alice, browser, token):
    with op.provider() as provider:
        provider.grants.get(alice, rp.client_id).end(now=1)
    assert refused(browser, rp, token)
    authorize(op, browser, rp, scope=OFFLINE)
    assert refused(browser, rp, token)


@pytest.mark.parametrize("what", ["disable", "end_everything"])
def test_not_after_the_person_was_stopped(op, rp, browser, what):
    name = f"dora-{rp.client_id}"
    dora = op.add_user(name, "down-the-rabbit-hole")
    response = authorize(op, browser, rp, name, "down-the-rabbit-hole", scope=OFFLINE)
    token = redeem(browser, rp, answer_of(response)["code"])["refresh_token"]
    more = {"now": 1} if what == "disable" else {}
    op.change_user(dora, lambda user: getattr(user, what)(**more))
    assert refused(browser, rp, token)


def test_not_after_the_password_was_changed(op, rp, browser):
    name = f"emma-{rp.client_id}"
    emma = op.add_user(name, "off-with-her-head")
    response = authorize(op, browser, rp, name, "off-with-her-head", scope=OFFLINE)
    token = redeem(browser, rp, answer_of(response)["code"])["refresh_token"]
    hashed = op.runtime.passwords.hash("another password")
    op.change_user(emma, lambda user: user.set_password_hash(hashed, now=1))
    assert refused(browser, rp, token)
