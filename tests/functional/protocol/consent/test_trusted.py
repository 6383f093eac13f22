"""Clients of the house skip the question, unless they ask for it (Core §3.1.2.4)."""

import pytest

from oidc_pyramid.testing import answer_of
from tests.functional.protocol.steps import ask, error_of, pages

pytestmark = [pytest.mark.spec("Core", "3.1.2.4")]
PROOF = {"code_challenge": "a" * 43, "code_challenge_method": "S256"}


def test_a_trusted_client_asks_nobody(op, add_client, browser):
    rp = add_client(skip_consent=True)
    assert pages(op, browser, rp, scope="openid email offline_access")[0] == ["login"]
    assert "code" in answer_of(ask(browser, rp, prompt="none"))


def test_unless_it_wants_to(op, add_client, browser):
    rp = add_client(skip_consent=True)
    assert pages(op, browser, rp, prompt="consent")[0] == ["login", "consent"]


@pytest.mark.spec("RFC 8252", "8.6")
def test_anybody_may_stand_at_the_address_of_a_native_application(op, add_client, browser):
    rp = add_client(
        secret=None,
        application_type="native",
        redirect_uris=["http://127.0.0.1/cb"],
        skip_consent=True,
        reuse_consent=True,
    )
    for _ in range(2):
        assert pages(op, browser, rp, **PROOF)[0][-1:] == ["consent"]
    assert error_of(ask(browser, rp, prompt="none", **PROOF), rp) == "consent_required"


@pytest.mark.spec("RFC 6749", "10.2")
def test_a_public_client_asks_each_time(op, public, browser):
    for _ in range(2):
        assert pages(op, browser, public, **PROOF)[0][-1:] == ["consent"]


@pytest.mark.spec("RFC 8252", "8.6")
def test_a_public_client_at_https_may_be_remembered(op, add_client, browser):
    rp = add_client(secret=None, reuse_consent=True)
    assert pages(op, browser, rp, **PROOF)[0] == ["login", "consent"]
    assert pages(op, browser, rp, **PROOF)[0] == []
