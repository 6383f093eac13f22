"""What scripts of other origins may read (Discovery §3, Core §5.3, RFC 9700 §2.6)."""

import pytest

from oidc_pyramid.testing import bearer, code_flow
from tests.functional.protocol.steps import code_with_proof

PUBLIC = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"]
FOR_CLIENTS = ["/token", "/userinfo", "/introspect", "/revoke"]
PAGES = ["/", "/authorize", "/end_session", "/account"]
ORIGIN = "Access-Control-Allow-Origin"
EVIL = {"Origin": "https://evil.example"}


def own(rp):
    return {"Origin": rp.redirect_uri.removesuffix("/cb")}


def readable(response, headers):
    """May the script of this origin read it? Never with credentials."""
    assert "Access-Control-Allow-Credentials" not in response.headers
    return response.headers.get(ORIGIN) in ("*", headers["Origin"])


@pytest.mark.spec("Discovery", "3")
@pytest.mark.spec("Discovery", "4")
@pytest.mark.parametrize("path", PUBLIC)
def test_public_documents_are_for_all(browser, path):
    response = browser.get(path, headers=EVIL)
    assert response.headers[ORIGIN] == "*"
    assert readable(response, EVIL)


def test_public_documents_may_be_for_nobody_else(own_op):
    browser = own_op(cors_public="false").browser()
    for path in PUBLIC:
        assert ORIGIN not in browser.get(path, headers=EVIL).headers


@pytest.mark.parametrize("path", [*PUBLIC, *FOR_CLIENTS])
def test_a_script_may_ask_whether_it_may_ask(browser, path):
    asks = {
        **EVIL,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    response = browser.options(path, headers=asks)
    assert response.status_int == 204
    assert response.headers[ORIGIN] == "*"
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    assert readable(response, EVIL)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_for_scripts(browser, path):
    assert ORIGIN not in browser.get(path, headers=EVIL, expect_errors=True).headers
    assert ORIGIN not in browser.options(path, headers=EVIL, expect_errors=True).headers


def redeem(op, browser, client, headers, status=200, **more):
    code, verifier = code_with_proof(op, browser, client)
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "client_id": client.client_id,
        "code_verifier": verifier,
        **more,
    }
    return browser.post("/token", body, headers=headers, status=status)


def test_the_clients_own_origin_may_read_its_tokens(op, public, browser):
    response = redeem(op, browser, public, own(public))
    assert response.headers[ORIGIN] == own(public)["Origin"]
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "https://rp.example:444"])
def test_nobody_else_may(op, public, browser, origin):
    response = redeem(op, browser, public, {"Origin": origin})
    assert ORIGIN not in response.headers
    assert "Origin" in response.headers["Vary"]


def test_the_client_may_read_its_errors_too(op, public, browser):
    response = redeem(op, browser, public, own(public), 400, redirect_uri="https://x.example/")
    assert response.json["error"] == "invalid_grant"
    assert readable(response, own(public))
    refused = redeem(op, browser, public, EVIL, 400, redirect_uri="https://x.example/")
    assert not readable(refused, EVIL)


@pytest.mark.spec("Core", "5.3")
def test_userinfo(op, rp, browser):
    token = code_flow(op, browser, rp)["access_token"]
    assert readable(browser.get("/userinfo", headers={**bearer(token), **own(rp)}), own(rp))
    assert not readable(browser.get("/userinfo", headers={**bearer(token), **EVIL}), EVIL)


@pytest.mark.spec("Core", "5.3")
def test_why_userinfo_refused_a_token(op, rp, browser):
    token = code_flow(op, browser, rp, scope="email", nonce=None)["access_token"]
    response = browser.get("/userinfo", headers={**bearer(token), **own(rp)}, status=403)
    assert readable(response, own(rp))
    assert "WWW-Authenticate" in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.spec("RFC 6750", "3.1")
def test_userinfo_refuses_a_token_that_has_ended(op, rp, browser, clock):
    token = code_flow(op, browser, rp)["access_token"]
    clock.shift(3601)
    for headers, may in ((own(rp), True), (EVIL, False)):
        response = browser.get("/userinfo", headers={**bearer(token), **headers}, status=401)
        assert readable(response, headers) is may


@pytest.mark.spec("RFC 6750", "3.1")
@pytest.mark.parametrize("sent", [bearer("never-was-a-token"), {}], ids=["unknown", "none"])
def test_userinfo_refuses_what_is_no_token(rp, browser, sent):
    response = browser.get("/userinfo", headers={**sent, **own(rp)}, status=401)
    assert response.headers[ORIGIN] == "*"
    assert readable(response, own(rp))
    assert "WWW-Authenticate" in response.headers["Access-Control-Expose-Headers"]


def test_userinfo_may_be_for_nobody_else(own_op):
    response = own_op(cors_public="false").browser().get("/userinfo", headers=EVIL, status=401)
    assert ORIGIN not in response.headers


@pytest.mark.spec("RFC 7009", "2")
@pytest.mark.parametrize("path", ["/revoke", "/introspect"])
def test_revocation_and_introspection(op, rp, browser, path):
    body = {"token": code_flow(op, browser, rp)["access_token"]}
    for headers, may in ((own(rp), True), (EVIL, False)):
        response = browser.post(path, body, headers={**rp.basic, **headers})
        assert readable(response, headers) is may


def test_the_session_is_of_no_use_to_scripts(op, rp, browser):
    code_flow(op, browser, rp)
    response = browser.get("/account", headers=EVIL)
    assert ORIGIN not in response.headers
