"""What was allowed once need not be asked again, for a while (Core §3.1.2.4)."""

import pytest

from oidc_pyramid.testing import authorize
from tests.functional.protocol.steps import pages

pytestmark = [pytest.mark.spec("Core", "3.1.2.4")]
DAY = 24 * 3600


def signed_in_pages(op, browser, rp, clock, days):
    """Which pages come after that many days, apart from the login page."""
    clock.shift(days * DAY)
    return [page for page in pages(op, browser, rp)[0] if page != "login"]


def test_for_ninety_days(op, rp, browser, clock):
    authorize(op, browser, rp)
    assert signed_in_pages(op, browser, rp, clock, 89) == []
    assert signed_in_pages(op, browser, rp, clock, 1) == ["consent"]


def test_looking_back_does_not_prolong_it(op, rp, browser, clock):
    authorize(op, browser, rp)
    for days in (30, 30, 29):
        assert signed_in_pages(op, browser, rp, clock, days) == []
    assert signed_in_pages(op, browser, rp, clock, 1) == ["consent"]


def test_a_new_yes_starts_it_again(op, rp, browser, clock):
    authorize(op, browser, rp)
    clock.shift(80 * DAY)
    authorize(op, browser, rp, prompt="consent")
    assert signed_in_pages(op, browser, rp, clock, 80) == []


def test_for_as_long_as_the_deployment_says(own_op, clock):
    op = own_op(consent_expire="1h")
    rp, browser = op.add_client(), op.browser()
    authorize(op, browser, rp)
    clock.shift(3599)
    assert pages(op, browser, rp)[0] == []
    clock.shift(1)
    assert pages(op, browser, rp)[0] == ["consent"]


def test_a_deployment_may_ask_each_time(own_op):
    op = own_op(consent_remember="false")
    rp, browser = op.add_client(), op.browser()
    authorize(op, browser, rp)
    assert pages(op, browser, rp)[0] == ["consent"]


def test_a_client_may_have_people_asked_each_time(op, add_client, browser):
    rp = add_client(reuse_consent=False)
    authorize(op, browser, rp)
    assert pages(op, browser, rp)[0] == ["consent"]


def test_at_another_browser_too(op, rp, browser):
    authorize(op, browser, rp)
    assert pages(op, op.browser(), rp)[0] == ["login"]


def test_for_one_person_and_one_client(op, rp, add_client, browser):
    authorize(op, browser, rp)
    assert pages(op, browser, add_client())[0] == ["consent"]
    bob = {"username": "bob", "password": "builder-builder"}
    assert pages(op, op.browser(), rp, **bob)[0] == ["login", "consent"]


def test_not_after_it_was_revoked(op, rp, alice, browser):
    authorize(op, browser, rp)
    with op.provider() as provider:
        provider.grants.get(alice, rp.client_id).end(now=1)
    assert pages(op, browser, rp)[0] == ["consent"]
