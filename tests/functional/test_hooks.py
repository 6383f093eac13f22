"""Every hook of the ancestor, named in the settings as its users named it."""

import datetime as dt
import sys
import types
import uuid

import pytest
from pyramid.httpexceptions import HTTPFound
from pyramid.response import Response

from oidc_pyramid.compat import ScopeClaims
from oidc_pyramid.interfaces import IAccountsFactory, IClaims
from oidc_pyramid.testing import (
    answer_of,
    authorization_request,
    authorize,
    bearer,
    code_flow,
    sign_in,
)

hooks = types.ModuleType("ancestor_hooks")


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setitem(sys.modules, "ancestor_hooks", hooks)
    seen.clear()


seen = []


def hook(function):
    setattr(hooks, function.__name__, function)
    return function


def id_token_of(tokens):
    import base64
    import json

    payload = tokens["id_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def tokens_and_claims(op, rp):
    op.add_user("alice", "wonderland", name="Alice Liddell", email="alice@example.org")
    browser = op.browser()
    tokens = code_flow(op, browser, rp)
    return tokens, browser.get("/userinfo", headers=bearer(tokens["access_token"])).json


@hook
def own_email(claims, user):
    claims["email"] = f"{user.username}@host.example"
    claims["address"]["locality"] = "Oxford"
    return claims


def test_userinfo_as_a_function(make_op):
    op = make_op(**{"oidc.userinfo_hook": "ancestor_hooks.own_email"})
    rp = op.add_client(scope=("openid", "email", "address", "profile"))
    rp.scope = "openid email address profile"
    _, claims = tokens_and_claims(op, rp)
    assert claims["email"] == "alice@host.example"
    assert claims["address"] == {"locality": "Oxford", "formatted": "Oxford"}
    assert claims["name"] == "Alice Liddell"


@hook
class ByUser:
    """The earliest interface: an object whose attributes are claims."""

    @classmethod
    def get_by_user(cls, user):
        return types.SimpleNamespace(
            nickname=user.username, address_country="UK", phone_number="+44 1"
        )


def test_userinfo_as_a_class_with_get_by_user(make_op):
    op = make_op(**{"oidc.userinfo_hook": "ancestor_hooks.ByUser"})
    rp = op.add_client(scope=("openid", "phone", "address", "profile"))
    rp.scope = "openid phone address profile"
    _, claims = tokens_and_claims(op, rp)
    assert (claims["nickname"], claims["phone_number"]) == ("alice", "+44 1")
    assert claims["address"]["country"] == "UK"


@hook
class Books(ScopeClaims):
    info_books = ("Your books", "See what you have borrowed.")
    info_profile = ("Who you are", "In our own words.")

    def scope_books(self):
        return {
            "card": f"{self.user.username}-{self.client.client_id}",
            "again": self.userinfo["email"],
            "scopes": sorted(self.scopes),
            "sub": "somebody else",
            "nothing": "",
        }

    def scope_profile(self):
        return {"shoe_size": 37}


def test_extra_scope_claims(make_op):
    settings = {
        "oidc.extra_scope_claims": "ancestor_hooks.Books",
        "oidc.userinfo_hook": "ancestor_hooks.own_email",
    }
    op = make_op(**settings)
    rp = op.add_client(scope=("openid", "books", "profile"))
    rp.scope = "openid books profile"
    alice = op.add_user("alice", "wonderland", name="Alice Liddell")
    browser = op.browser()
    page = sign_in(
        browser, browser.get("/authorize", authorization_request(rp)), "alice", "wonderland"
    )
    page = page.follow()
    assert "See what you have borrowed." in page
    assert "Who you are" in page
    tokens = code_flow(op, op.browser(), rp)
    claims = op.browser().get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert claims == {
        "sub": alice,
        "card": "alice-rp",
        "again": "alice@host.example",
        "scopes": ["books", "openid", "profile"],
        "name": "Alice Liddell",
        "preferred_username": "alice",
        "shoe_size": 37,
        "updated_at": claims["updated_at"],
    }


@hook
class Early:
    """Before 0.2: no base class, ``setup`` and the user as an argument."""

    supplies_badge = ("badge",)

    def __init__(self, user, scopes):
        self.prefix = scopes[0]

    def setup(self):
        self.prefix += "!"

    def scope_badge(self, user):
        return {"badge": f"{self.prefix}{user.username}", "undeclared": 1}


def test_extra_scope_claims_of_the_earliest_form(make_op):
    op = make_op(**{"oidc.extra_scope_claims": "ancestor_hooks.Early"})
    rp = op.add_client(scope=("openid", "badge"))
    rp.scope = "openid badge"
    _, claims = tokens_and_claims(op, rp)
    assert claims["badge"] == "openid!alice"
    assert "undeclared" not in claims
    discovery = op.browser().get("/.well-known/openid-configuration").json
    assert "badge" in discovery["claims_supported"]
    assert "badge" in discovery["scopes_supported"]


def test_claims_of_an_extra_scope_go_into_the_id_token_where_the_setting_says_so(make_op):
    settings = {
        "oidc.extra_scope_claims": "ancestor_hooks.Books",
        "oidc.id_token_include_claims": "true",
    }
    op = make_op(**settings)
    rp = op.add_client(scope=("openid", "books"))
    rp.scope = "openid books"
    tokens, _ = tokens_and_claims(op, rp)
    claims = id_token_of(tokens)
    assert claims["card"] == "alice-rp"
    assert claims["sub"] != "somebody else"


@hook
def by_login_name(user):
    return f"user:{user.username}"


def test_sub_generator(make_op):
    op = make_op(**{"oidc.sub_generator": "ancestor_hooks.by_login_name"})
    tokens, claims = tokens_and_claims(op, op.add_client())
    assert claims["sub"] == id_token_of(tokens)["sub"] == "user:alice"


@hook
def add_role(id_token, user, token, request, **kwargs):
    seen.append((user.username, token.client.client_id, list(token.scope), request.path_info))
    id_token["role"] = "queen"
    id_token["since"] = dt.date(1865, 11, 26)
    id_token["key"] = uuid.UUID(int=7)
    return id_token


@hook
def second(claims, who, *rest):
    return {**claims, "role": claims["role"] + f" of {who.username}", "aud": "somebody else"}


def test_id_token_processing_hooks_are_chained(make_op, caplog):
    names = "ancestor_hooks.add_role ancestor_hooks.second"
    op = make_op(**{"oidc.id_token_processing_hook": names})
    tokens, _ = tokens_and_claims(op, op.add_client())
    claims = id_token_of(tokens)
    assert claims["role"] == "queen of alice"
    assert claims["since"] == "1865-11-26"
    assert claims["key"] == str(uuid.UUID(int=7))
    assert claims["aud"] == "rp"
    assert "may not change 'aud'" in caplog.text
    assert seen == [("alice", "rp", ["openid"], "/token")]


@hook
def name_the_caller(introspection_response, client, id_token):
    introspection_response["asked_by"] = client.client_id
    introspection_response["said"] = sorted(id_token)
    return introspection_response


def test_introspection_processing_hook(make_op):
    op = make_op(**{"oidc.introspection_processing_hook": "ancestor_hooks.name_the_caller"})
    rp = op.add_client()
    tokens, _ = tokens_and_claims(op, rp)
    body = {"token": tokens["access_token"]}
    answer = op.browser().post("/introspect", body, headers=rp.basic).json
    assert answer["asked_by"] == "rp"
    assert answer["said"] == ["aud", "exp", "iat", "iss", "sub"]


@hook
def three_arguments(request, user, client):
    seen.append((user.username, client.client_id))


@hook
def terms_first(request, user, client, parameters, resume_url):
    seen.append((parameters.scope, resume_url))
    if "terms" not in request.cookies:
        return HTTPFound("/terms")
    return None


@hook
def stop(request, user, client):
    return Response("not today", status=403)


def test_after_login_hook_of_the_ancestor(make_op):
    op = make_op(**{"oidc.after_login_hook": "ancestor_hooks.three_arguments"})
    tokens_and_claims(op, op.add_client())
    assert set(seen) == {("alice", "rp")}


def test_after_login_hook_may_send_the_browser_elsewhere_and_back(make_op):
    op = make_op(**{"oidc.after_login_hook": "ancestor_hooks.terms_first"})
    rp = op.add_client(skip_consent=True)
    op.add_user("alice", "wonderland")
    browser = op.browser()
    response = sign_in(
        browser, browser.get("/authorize", authorization_request(rp)), "alice", "wonderland"
    )
    assert response.headers["Location"].endswith("/terms")
    browser.set_cookie("terms", "yes")
    scope, resume_url = seen[-1]
    assert scope == ("openid",)
    assert answer_of(browser.get(resume_url))["code"]


def test_after_login_hook_may_answer_itself(make_op):
    op = make_op(**{"oidc.after_login_hook": "ancestor_hooks.stop"})
    rp = op.add_client()
    op.add_user("alice", "wonderland")
    browser = op.browser()
    response = browser.get("/authorize", authorization_request(rp))
    page = response.follow()
    form = page.forms["login-form"]
    form["username"], form["password"] = "alice", "wonderland"
    answer = form.submit("login", headers={"Sec-Fetch-Site": "same-origin"}, status=403)
    assert answer.text == "not today"


@hook
def goodbye(request, id_token, post_logout_redirect_uri, state, client, next_page):
    seen.append((id_token["aud"], post_logout_redirect_uri, state, client.client_id, next_page))


def test_after_end_session_hook(make_op):
    op = make_op(**{"oidc.after_end_session_hook": "ancestor_hooks.goodbye"})
    rp = op.add_client(post_logout_redirect_uris=("https://rp.example/bye",))
    op.add_user("alice", "wonderland")
    browser = op.browser()
    tokens = code_flow(op, browser, rp)
    browser.get(
        "/end_session",
        {
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": "https://rp.example/bye",
            "state": "s",
        },
    )
    bye = "https://rp.example/bye"
    assert seen == [("rp", bye, "s", "rp", f"{bye}?state=s")]


@hook
class Mail:
    name = "email"
    supplies = ("email",)

    def __call__(self, account):
        return {"email": "from the ini"}


@hook
def people(request):
    return None


@hook
def includeme(config):
    config.add_oidc_claims(Mail())


def test_what_the_settings_name_replaces_ours(make_op):
    op = make_op(**{"oidc.accounts": "ancestor_hooks.people", "oidc.claims": "ancestor_hooks.Mail"})
    assert op.app.registry.getUtility(IAccountsFactory) is people
    assert isinstance(op.app.registry.getUtility(IClaims, name="email"), Mail)


def test_an_included_module_replaces_ours(make_op):
    op = make_op(**{"oidc.include": "ancestor_hooks"})
    assert isinstance(op.app.registry.getUtility(IClaims, name="email"), Mail)


PATHS = (
    ("get", "/authorize"),
    ("post", "/token"),
    ("get", "/userinfo"),
    ("post", "/introspect"),
    ("get", "/jwks"),
    ("get", "/.well-known/openid-configuration"),
    ("get", "/end-session"),
    ("get", "/end-session-prompt"),
    ("get", "/check-session-iframe"),
)


@pytest.mark.parametrize("method,path", PATHS)
def test_the_ancestors_paths_with_and_without_slash(make_op, method, path):
    settings = {"oidc.include": "oidc_pyramid.compat", "oidc.session_management": "true"}
    op = make_op(**settings)
    plain, slash = (
        getattr(op.browser(), method)(path + end, expect_errors=True) for end in ("", "/")
    )
    assert plain.status_int == slash.status_int
    assert plain.status_int not in (404, 405)


def test_the_ancestors_paths_are_not_there_without_the_include(op):
    op.browser().get("/end-session", status=404)


def test_end_session_prompt_signs_out(make_op):
    op = make_op(**{"oidc.include": "oidc_pyramid.compat"})
    rp = op.add_client()
    op.add_user("alice", "wonderland")
    browser = op.browser()
    authorize(op, browser, rp)
    page = browser.get("/end-session-prompt/")
    done = page.forms[0].submit(
        "decision", value="logout", headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert "logged-out" in done
