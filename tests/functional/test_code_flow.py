"""The whole walk: authorize, sign in, consent, code, tokens, UserInfo, refresh, sign-out."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, bearer, code_flow, redeem, token_request


@pytest.mark.spec("Core", "3.1.2.5")
@pytest.mark.spec("RFC 9207", "2")
def test_answer_has_code_state_and_iss(op, rp, alice, browser):
    response = authorize(op, browser, rp)
    answer = answer_of(response)
    assert response.headers["Location"].startswith("https://rp.example/cb?code=")
    assert set(answer) == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("a-state", op.issuer)


@pytest.mark.spec("Core", "3.1.3.3")
def test_tokens_open_userinfo(op, rp, alice, browser):
    rp.scope = "openid profile email"
    tokens = code_flow(op, browser, rp)
    claims = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert claims["sub"] == alice
    assert (claims["name"], claims["email"]) == ("Alice Liddell", "alice@example.org")
    assert "nickname" not in claims


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_a_code_that_comes_twice_ends_what_it_bought(op, rp, alice, browser):
    code = answer_of(authorize(op, browser, rp))["code"]
    tokens = redeem(browser, rp, code)
    assert redeem(browser, rp, code, status=400)["error"] == "invalid_grant"
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)
    refused = token_request(
        browser,
        rp,
        status=400,
        grant_type="refresh_token",
        refresh_token=tokens["refresh_token"],
    )
    assert refused["error"] == "invalid_grant"


def test_second_time_needs_no_page(op, rp, alice, browser):
    authorize(op, browser, rp)
    again = browser.get(
        "/authorize",
        {
            "client_id": "rp",
            "redirect_uri": rp.redirect_uri,
            "response_type": "code",
            "scope": "openid",
        },
    )
    assert "code" in answer_of(again)
