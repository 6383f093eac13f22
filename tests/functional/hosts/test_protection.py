"""A host's own views behind access tokens."""

import dataclasses

import pytest
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from oidc_pyramid.testing import bearer, token_request
from tests.functional.hosts import dispatch_host
from tests.functional.hosts.walk import claims_of, through

BASE = {"oidc.issuer": "https://op.example/openid", "oidc.login_url": "/login"}
BOOKS = "https://books.example/api"
CHALLENGE = 'Bearer realm="https://op.example/openid"'


def books(request):
    token = request.oidc_token
    return {
        "account": None if token.account is None else token.account.email,
        "client": token.client_id,
        "scope": list(token.scope),
        "sub": token.subject,
        "claims": dict(token.claims),
        "body": request.json_body if request.body else None,
    }


def frozen(request):
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.oidc_token.scope = ("admin",)
    with pytest.raises(TypeError):
        request.oidc_token.claims["scope"] = "admin"
    return Response("frozen")


def configure(config):
    dispatch_host.configure()(config)
    open_ = {"permission": NO_PERMISSION_REQUIRED, "require_csrf": False}
    for name in ("books", "both", "any", "guarded", "elsewhere", "frozen", "shared"):
        config.add_route(name, f"/api/{name}")
    config.add_oidc_scope("books", "Your books")
    add = config.add_view
    add(books, route_name="books", renderer="json", oidc_scopes=("books",), **open_)
    add(books, route_name="both", renderer="json", oidc_scopes=("books", "openid"), **open_)
    add(books, route_name="any", renderer="json", oidc_scopes=(), **open_)
    add(books, route_name="guarded", renderer="json", oidc_scopes=("books",), permission="never")
    add(
        books,
        route_name="elsewhere",
        renderer="json",
        oidc_scopes=("books",),
        oidc_audience=BOOKS,
        **open_,
    )
    add(frozen, route_name="frozen", oidc_scopes=(), **open_)
    add(lambda request: Response(f"page {request.oidc_token}"), route_name="shared", **open_)
    add(
        lambda request: Response(f"data for {request.oidc_token.client_id}"),
        route_name="shared",
        oidc_bearer=True,
        oidc_scopes=("books",),
        **open_,
    )


@pytest.fixture
def op(serve):
    return serve(configure, **BASE, **{"oidc.resources": f"{BOOKS} scopes=books"})


@pytest.fixture
def rp(op):
    rp = op.add_client(
        "rp",
        scope=("openid", "books", "other"),
        grant_types=("authorization_code", "client_credentials"),
    )
    rp.scope = "openid books"
    return rp


@pytest.fixture
def browser(op):
    return op.browser()


@pytest.fixture
def token(rp, browser):
    tokens, _ = claims_of(browser, rp, through(browser, rp))
    return tokens["access_token"]


@pytest.mark.spec("RFC 6750", "2.1")
def test_a_token_opens_the_view(browser, token):
    answer = browser.get("/api/books", headers=bearer(token)).json
    assert answer["account"] == "alice@host.example"
    assert (answer["client"], answer["sub"]) == ("rp", "7")
    assert answer["scope"] == ["openid", "books"]
    assert answer["claims"]["aud"] == ["https://op.example/openid"]
    assert answer["claims"]["exp"] > answer["claims"]["iat"]


@pytest.mark.spec("RFC 6750", "3.1")
def test_without_a_token_the_challenge_has_no_error(browser, token):
    response = browser.get("/api/books", status=401)
    assert response.headers["WWW-Authenticate"] == f'{CHALLENGE}, scope="books"'
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.spec("RFC 6750", "3.1")
def test_an_unknown_token(browser, token):
    response = browser.get("/api/books", headers=bearer("nonsense"), status=401)
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


@pytest.mark.spec("RFC 6750", "3.1")
def test_too_little_scope(op, browser, rp):
    body = {"grant_type": "client_credentials", "scope": "other"}
    narrow = token_request(browser, rp, **body)["access_token"]
    response = browser.get("/api/both", headers=bearer(narrow), status=403)
    challenge = response.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert challenge.endswith('scope="books openid"')


def test_a_client_that_speaks_for_itself(browser, rp):
    body = {"grant_type": "client_credentials", "scope": "books"}
    own = token_request(browser, rp, **body)["access_token"]
    answer = browser.get("/api/any", headers=bearer(own)).json
    assert (answer["account"], answer["sub"]) == (None, "rp")


@pytest.mark.spec("RFC 6750", "3.1")
@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer ü"])
def test_a_malformed_header(browser, token, header):
    encoded = header.encode().decode("latin-1")
    response = browser.get("/api/books", headers={"Authorization": encoded}, status=400)
    assert 'error="invalid_request"' in response.headers["WWW-Authenticate"]


@pytest.mark.spec("RFC 6750", "2.3")
def test_a_token_in_the_query_is_refused_unless_the_setting_allows_it(serve, browser, token):
    browser.get("/api/books", {"access_token": token}, status=400)


def test_a_token_in_the_query_where_the_setting_allows_it(serve):
    op = serve(configure, **BASE, **{"oidc.bearer_in_query": "true"})
    browser, rp = op.browser(), op.add_client("rp", scope=("openid", "books"))
    rp.scope = "openid books"
    tokens, _ = claims_of(browser, rp, through(browser, rp))
    browser.get("/api/books", {"access_token": tokens["access_token"]})


def test_the_body_is_the_hosts(browser, token):
    answer = browser.post_json("/api/books", {"title": "Alice"}, headers=bearer(token)).json
    assert answer["body"] == {"title": "Alice"}
    browser.post("/api/books", {"access_token": token}, status=401)


def test_the_hosts_permission_holds_beside_the_token(browser, token):
    browser.get("/api/guarded", status=401)
    browser.get("/logout")
    browser.get("/api/guarded", headers=bearer(token), status=403)


@pytest.mark.spec("RFC 8707", "2")
def test_a_token_for_another_audience(browser, rp, token):
    browser.get("/api/elsewhere", headers=bearer(token), status=401)
    body = {"grant_type": "client_credentials", "resource": BOOKS}
    there = browser.post("/openid/token", body, headers=rp.basic).json["access_token"]
    assert browser.get("/api/elsewhere", headers=bearer(there)).json["client"] == "rp"
    browser.get("/api/books", headers=bearer(there), status=401)


def test_a_token_that_was_revoked(browser, rp, token):
    browser.post("/openid/revoke", {"token": token}, headers=rp.basic)
    browser.get("/api/books", headers=bearer(token), status=401)


def test_the_view_gets_a_frozen_value(browser, token):
    assert browser.get("/api/frozen", headers=bearer(token)).text == "frozen"


def test_one_address_for_browsers_and_for_programs(browser, token):
    assert browser.get("/api/shared").text == "page None"
    assert browser.get("/api/shared", headers=bearer(token)).text == "data for rp"
    browser.get("/api/shared", headers=bearer("nonsense"), status=401)


def test_scopes_are_a_sequence(serve):
    def wrong(config):
        dispatch_host.configure()(config)
        config.add_view(books, name="wrong", oidc_scopes="books")

    with pytest.raises(Exception, match="sequence of scopes"):
        serve(wrong, **BASE)
