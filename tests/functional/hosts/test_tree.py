"""The provider as a node of a traversal host's own tree."""

import pytest

from oidc_pyramid.testing import bearer, redeem
from tests.functional.hosts import tree_host
from tests.functional.hosts.walk import claims_of, next_of, start, through

ISSUER = "https://op.example/id"
BASE = {"oidc.issuer": ISSUER, "oidc.login_url": "/login"}
VETO = {"tm.commit_veto": "pyramid_tm.default_commit_veto"}


@pytest.fixture(params=[{}, VETO], ids=["no veto", "default veto"])
def op(serve, request):
    return serve(tree_host.configure, **BASE, **request.param)


@pytest.fixture
def rp(op):
    return op.add_client("rp")


@pytest.fixture
def browser(op):
    return op.browser()


def test_whole_flow(op, rp, browser):
    rp.scope = "openid email profile"
    tokens, claims = claims_of(browser, rp, through(browser, rp))
    assert (claims["iss"], claims["sub"]) == (ISSUER, "p1")
    userinfo = browser.get("/id/userinfo", headers=bearer(tokens["access_token"])).json
    assert userinfo["email"] == "alice@tree.example"
    assert userinfo["preferred_username"] == "alice@tree.example"


def test_a_replayed_code_revokes(op, rp, browser):
    code = through(browser, rp)["code"]
    tokens = redeem(browser, rp, code)
    redeem(browser, rp, code, status=400)
    browser.get("/id/userinfo", headers=bearer(tokens["access_token"]), status=401)


def test_the_tree_is_the_hosts(op, browser):
    assert browser.get("/").text == "the host's root"
    assert browser.get("/shelf").text == "the host's shelf"
    browser.get("/shelf/private", status=403)


def test_the_provider_answers_in_the_tree_only(op, browser):
    assert browser.get("/id/jwks").json["keys"]
    browser.get("/shelf/id/jwks", status=404)
    assert 'class="masthead"' in browser.get("/id")
    browser.get("/id/static/oidc.css")


def test_each_side_has_its_own_not_found_page_and_views(op, browser):
    assert browser.get("/nothing", status=404).text == "tree not found"
    assert browser.get("/shelf/anywhere").text == "anywhere"
    for path in ("/id/nothing", "/id/anywhere", "/id/.well-known/anywhere", "/id/login"):
        assert 'id="oauth-error"' in browser.get(path, status=404)


def test_each_side_has_its_own_error_pages(op, browser):
    assert browser.get("/broken", status=500).text == "tree exception view"
    assert 'id="oauth-error"' in browser.get("/id/authorize", status=400)
    assert 'id="oauth-error"' in browser.get("/id/%ff", status=400)
    assert (
        browser.post("/id/token", {"grant_type": "x"}, status=401).json["error"] == "invalid_client"
    )
    assert browser.get("/id/token", status=405).headers["Allow"] == "POST"


@pytest.mark.spec("RFC 8414", "3.1")
def test_metadata_at_the_hosts_root(op, browser):
    own = browser.get("/id/.well-known/openid-configuration").json
    for document in ("openid-configuration", "oauth-authorization-server"):
        response = browser.get(f"/.well-known/{document}/id")
        assert response.json == own
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert browser.post(f"/.well-known/{document}/id", status=405).headers["Allow"]
    assert own["issuer"] == ISSUER


def test_the_login_page_is_the_hosts(op, rp, browser):
    assert next_of(start(browser, rp)).startswith(f"{ISSUER}/interactions/")
