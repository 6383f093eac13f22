"""How an access token is presented and refused (RFC 6750)."""

import re

import pytest

from oidc_pyramid.testing import bearer, code_flow
from tests.functional.protocol.steps import decoded

pytestmark = [pytest.mark.spec("RFC 6750", "3")]


@pytest.fixture
def tokens(op, rp, browser, clock):
    return code_flow(op, browser, rp, scope="openid email")


def challenge(response):
    """The attributes of the challenge, each of which comes once."""
    scheme, _, text = response.headers["WWW-Authenticate"].partition(" ")
    assert scheme == "Bearer"
    pairs = re.findall(r'([a-z_]+)="([\x20-\x21\x23-\x5b\x5d-\x7e]*)"', text)
    assert ", ".join(f'{name}="{value}"' for name, value in pairs) == text
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.mark.spec("RFC 6750", "2.1")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_in_the_header(browser, tokens, scheme):
    header = {"Authorization": f"{scheme} {tokens['access_token']}"}
    assert browser.get("/userinfo", headers=header).json["sub"]


@pytest.mark.spec("RFC 6750", "2.2")
def test_in_the_body(browser, tokens):
    body = {"access_token": tokens["access_token"]}
    assert browser.post("/userinfo", body).json["sub"]


@pytest.mark.spec("RFC 6750", "2.2")
def test_in_the_body_only_where_the_deployment_says_so(own_op):
    op = own_op(bearer_in_body="false")
    browser = op.browser()
    token = code_flow(op, browser, op.add_client())["access_token"]
    assert browser.post("/userinfo", {"access_token": token}, status=400)


@pytest.mark.spec("RFC 6750", "2.2")
def test_a_body_of_another_type_is_no_form(browser, tokens):
    browser.post_json("/userinfo", {"access_token": tokens["access_token"]}, status=401)
    header = bearer(tokens["access_token"])
    assert browser.post_json("/userinfo", {"a": "b"}, headers=header).json["sub"]


@pytest.mark.spec("RFC 6750", "2.3")
@pytest.mark.spec("RFC 6750", "5.3")
def test_in_the_address_only_where_the_deployment_says_so(browser, tokens, own_op):
    query = {"access_token": tokens["access_token"]}
    assert challenge(browser.get("/userinfo", query, status=400))["error"] == "invalid_request"
    op = own_op(bearer_in_query="true")
    other = op.browser()
    token = code_flow(op, other, op.add_client())["access_token"]
    assert other.get("/userinfo", {"access_token": token}).json["sub"]


@pytest.mark.spec("RFC 6750", "2")
@pytest.mark.spec("RFC 6750", "3.1")
def test_twice(browser, tokens):
    token = tokens["access_token"]
    response = browser.post("/userinfo", {"access_token": token}, headers=bearer(token), status=400)
    assert challenge(response)["error"] == "invalid_request"
    body = [("access_token", token), ("access_token", token)]
    assert challenge(browser.post("/userinfo", body, status=400))["error"] == "invalid_request"


@pytest.mark.spec("RFC 6750", "3.1")
def test_not_at_all(op, browser):
    response = browser.get("/userinfo", status=401)
    assert challenge(response) == {"realm": op.issuer}


@pytest.mark.spec("RFC 6750", "3.1")
@pytest.mark.parametrize("token", ["x", "A" * 100, "a.b.c", "A" * 8000, "===", "e30.e30."])
def test_what_is_no_token(browser, token):
    response = browser.get("/userinfo", headers=bearer(token), expect_errors=True)
    assert response.status_int in (400, 401)
    assert challenge(response)["error"] in ("invalid_token", "invalid_request")


@pytest.mark.spec("RFC 6750", "3.1")
@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer \xfc", "Bearer " + "A" * 9000],
)
def test_a_header_that_nobody_can_read(browser, header):
    response = browser.get("/userinfo", headers={"Authorization": header}, status=400)
    assert challenge(response)["error"] == "invalid_request"


@pytest.mark.spec("RFC 6750", "5.3")
@pytest.mark.spec("RFC 6749", "7")
def test_an_expired_token(browser, tokens, clock):
    clock.shift(3599)
    browser.get("/userinfo", headers=bearer(tokens["access_token"]))
    clock.shift(1)
    response = browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)
    assert challenge(response)["error"] == "invalid_token"


def test_as_long_as_the_deployment_says(own_op, clock):
    op = own_op(token_expire="1m")
    browser = op.browser()
    tokens = code_flow(op, browser, op.add_client())
    assert tokens["expires_in"] == 60
    clock.shift(60)
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)


@pytest.mark.spec("RFC 6750", "3.1")
def test_other_things_of_ours_are_no_access_tokens(browser, tokens):
    for name in ("id_token", "refresh_token"):
        response = browser.get("/userinfo", headers=bearer(tokens[name]), status=401)
        assert challenge(response)["error"] == "invalid_token"


@pytest.mark.spec("RFC 6750", "3.1")
def test_a_token_that_does_not_reach_so_far(op, rp, browser):
    token = code_flow(op, browser, rp, scope="email", nonce=None)["access_token"]
    response = browser.get("/userinfo", headers=bearer(token), status=403)
    found = challenge(response)
    assert (found["error"], found["scope"]) == ("insufficient_scope", "openid")


@pytest.mark.spec("RFC 6750", "5.2")
def test_no_cookie_will_do(op, rp, browser):
    code_flow(op, browser, rp)
    browser.get("/userinfo", status=401)


def test_a_token_ends_with_the_person(op, rp, browser):
    name = f"fay-{rp.client_id}"
    fay = op.add_user(name, "mock turtle soup")
    tokens = code_flow(op, browser, rp, username=name, password="mock turtle soup")
    assert decoded(tokens["id_token"])["sub"] == fay
    op.change_user(fay, lambda user: user.disable(now=1))
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)


@pytest.mark.spec("RFC 6749", "5.1")
def test_the_answer_is_not_kept(browser, tokens):
    response = browser.get("/userinfo", headers=bearer(tokens["access_token"]))
    assert response.headers["Cache-Control"] == "no-store"
