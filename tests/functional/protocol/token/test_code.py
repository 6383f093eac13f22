"""What a code is good for, and when no more (RFC 6749 §4.1.2, §4.1.3)."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, bearer, code_flow, redeem, token_request
from tests.functional.protocol.steps import code_for

pytestmark = [pytest.mark.spec("RFC 6749", "4.1.3"), pytest.mark.spec("Core", "3.1.3.2")]

#: short ones travel in the code, long ones wait in the database
NONCES = pytest.mark.parametrize("nonce", ["n", "n" * 600], ids=["sealed", "pending"])


def refused(browser, rp, code, error="invalid_grant", **more):
    return redeem(browser, rp, code, status=400, **more)["error"] == error


@NONCES
def test_another_client_changes_nothing(op, rp, add_client, browser, nonce):
    code = code_for(op, browser, rp, nonce=nonce)
    thief = add_client()
    assert refused(browser, thief, code)
    assert refused(browser, thief, code, redirect_uri=rp.redirect_uri)
    assert redeem(browser, rp, code)["access_token"]


@NONCES
@pytest.mark.parametrize("change", [None, "", "{}/", "{}?a=b", "https://evil.example/cb"])
def test_another_address_changes_nothing(op, rp, browser, nonce, change):
    code = code_for(op, browser, rp, nonce=nonce)
    wrong = None if change is None else change.format(rp.redirect_uri)
    assert refused(browser, rp, code, redirect_uri=wrong)
    assert redeem(browser, rp, code)["access_token"]


def test_another_registered_address_is_another_address(op, add_client, browser):
    rp = add_client(redirect_uris=["https://a.example/cb", "https://b.example/cb"])
    code = code_for(op, browser, rp)
    assert refused(browser, rp, code, redirect_uri="https://b.example/cb")


@pytest.mark.spec("RFC 6749", "4.1.2")
@NONCES
def test_sixty_seconds(op, rp, browser, clock, nonce):
    early, late = (code_for(op, browser, rp, nonce=nonce) for _ in range(2))
    clock.shift(59)
    assert redeem(browser, rp, early)["access_token"]
    clock.shift(1)
    assert refused(browser, rp, late)


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_as_long_as_the_deployment_says(own_op, clock):
    op = own_op(code_expire="10")
    rp, browser = op.add_client(), op.browser()
    code = code_for(op, browser, rp)
    clock.shift(10)
    assert refused(browser, rp, code)


@pytest.mark.spec("RFC 6749", "4.1.2")
@pytest.mark.spec("RFC 6749", "10.5")
@NONCES
@pytest.mark.parametrize("later", [0, 30, 600])
def test_a_second_use_ends_what_the_first_one_bought(op, rp, browser, clock, nonce, later):
    code = code_for(op, browser, rp, nonce=nonce)
    tokens = redeem(browser, rp, code)
    clock.shift(later)
    assert refused(browser, rp, code)
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert token_request(browser, rp, status=400, **again)["error"] == "invalid_grant"


@pytest.mark.spec("RFC 9700", "4.5.3")
def test_a_second_use_ends_nothing_else(op, rp, browser):
    other = code_flow(op, browser, rp)
    code = code_for(op, browser, rp)
    redeem(browser, rp, code)
    assert refused(browser, rp, code)
    browser.get("/userinfo", headers=bearer(other["access_token"]))


def test_a_second_use_by_another_client_ends_nothing(op, rp, add_client, browser):
    code = code_for(op, browser, rp)
    tokens = redeem(browser, rp, code)
    assert refused(browser, add_client(), code)
    assert refused(browser, rp, code, redirect_uri="https://evil.example/cb")
    browser.get("/userinfo", headers=bearer(tokens["access_token"]))


@pytest.mark.parametrize("code", ["x", "A" * 100, "ü", "é" * 600, "A" * 60_000, "..", "null"])
def test_what_is_no_code_of_ours(rp, browser, code):
    assert refused(browser, rp, code)


def test_a_code_with_one_bit_changed(op, rp, browser):
    code = code_for(op, browser, rp)
    for place in (0, 5, 40, len(code) // 2, len(code) - 2):
        other = "A" if code[place] != "A" else "B"
        assert refused(browser, rp, code[:place] + other + code[place + 1 :])
    assert redeem(browser, rp, code)["access_token"]


def test_other_things_that_we_seal_are_no_codes(op, rp, browser):
    tokens = code_flow(op, browser, rp)
    seal = (
        browser.get(
            "/authorize",
            {
                "client_id": rp.client_id,
                "redirect_uri": rp.redirect_uri,
                "response_type": "code",
                "scope": "openid",
                "prompt": "login",
            },
        )
        .headers["Location"]
        .split("/")[-2]
    )
    for thing in (tokens["access_token"], tokens["refresh_token"], seal):
        assert refused(browser, rp, thing)


def test_a_code_ends_with_the_session_that_it_came_from(op, rp, browser):
    tokens = code_flow(op, browser, rp)
    code = answer_of(authorize(op, browser, rp))["code"]
    browser.get("/end_session", {"id_token_hint": tokens["id_token"]})
    assert refused(browser, rp, code)


def test_a_code_ends_with_the_person(op, rp, browser):
    carol = op.add_user(f"carol-{rp.client_id}", "through-the-glass")
    response = authorize(op, browser, rp, f"carol-{rp.client_id}", "through-the-glass")
    op.change_user(carol, lambda user: user.disable(now=1))
    assert refused(browser, rp, answer_of(response)["code"])


def test_a_code_ends_with_the_grant(op, rp, alice, browser):
    code = code_for(op, browser, rp)
    with op.provider() as provider:
        provider.grants.get(alice, rp.client_id).end(now=1)
    assert refused(browser, rp, code)


def test_a_code_of_which_nothing_is_left_buys_nothing(op, rp, alice, browser):
    code = code_for(op, browser, rp, scope="email", nonce=None)
    with op.provider() as provider:
        provider.grants.get(alice, rp.client_id).withdraw(("email",))
    assert refused(browser, rp, code)


@pytest.mark.spec("RFC 6749", "10.5")
@pytest.mark.spec("RFC 6749", "10.10")
def test_codes_are_long_and_never_the_same(op, rp, browser):
    codes = {code_for(op, browser, rp) for _ in range(5)}
    assert len(codes) == 5
    assert all(128 <= len(code) <= 512 for code in codes)
