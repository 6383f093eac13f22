"""A deployment of django-oidc-provider moves here: settings, keys, clients, consents, people."""

import base64
import hashlib
import json
import time
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from oidc_pyramid.compat.dop import import_dump, settings_from
from oidc_pyramid.settings import read_settings
from oidc_pyramid.settings.table import Settings
from oidc_pyramid.testing import (
    RelyingParty,
    answer_of,
    authorize,
    bearer,
    code_flow,
    token_request,
)

SECRET = "2f5a7c0e9d8b1a3c4e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081"


@pytest.fixture(scope="module")
def pem():
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def client(pk, client_id, **fields):
    values = {
        "name": client_id.title(),
        "owner": None,
        "client_type": "confidential",
        "client_id": client_id,
        "client_secret": SECRET,
        "response_types": [1],
        "jwt_alg": "RS256",
        "date_created": "2019-05-04",
        "website_url": "https://rp.example/",
        "terms_url": "https://rp.example/privacy",
        "contact_email": "ops@rp.example",
        "logo": "",
        "reuse_consent": True,
        "require_consent": True,
        "_redirect_uris": "https://rp.example/cb\nhttps://rp.example/other",
        "_post_logout_redirect_uris": "https://rp.example/bye",
        "_scope": "",
    }
    return {"model": "oidc_provider.client", "pk": pk, "fields": values | fields}


def in_a_month():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 30 * 24 * 3600))


def consent(user, scope, expires_at=None, client=1):
    fields = {
        "user": user,
        "client": client,
        "_scope": scope,
        "date_given": "2026-01-02T03:04:05Z",
        "expires_at": expires_at or in_a_month(),
    }
    return {"model": "oidc_provider.userconsent", "pk": 1, "fields": fields}


def user(pk, username, **fields):
    values = {
        "username": username,
        "password": "pbkdf2_sha256$...",
        "first_name": username.title(),
        "last_name": "Liddell",
        "email": f"{username}@django.example",
        "is_active": True,
    }
    return {"model": "auth.user", "pk": pk, "fields": values | fields}


def response_type(pk, value):
    fields = {"value": value, "description": ""}
    return {"model": "oidc_provider.responsetype", "pk": pk, "fields": fields}


def dump(*records):
    types = ("code", "id_token", "id_token token")
    return [*(response_type(pk, value) for pk, value in enumerate(types, 1)), *records]


def take_over(op, *records, **options):
    with op.provider() as provider:
        return import_dump(
            provider, op.runtime.settings, dump(*records), now=int(time.time()), **options
        )


def give_password(op, username):
    hashed = op.runtime.passwords.hash("wonderland")
    with op.provider() as provider:
        provider.users.by_username(username).rehash(hashed)


def rp(client_id="books", secret=SECRET):
    return RelyingParty(client_id, secret, "https://rp.example/cb")


def test_a_client_a_person_and_a_consent_work_as_before(op):
    records = (client(1, "books"), user(7, "alice"), consent(7, "openid email"))
    result = take_over(op, *records, people=True)
    assert (result.clients, result.people, result.consents) == (1, 1, 1)
    give_password(op, "alice")
    browser, books = op.browser(), rp()
    books.scope = "openid email"
    tokens = code_flow(op, browser, books)
    claims = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert (claims["sub"], claims["email"]) == ("7", "alice@django.example")


def test_a_remembered_consent_is_not_asked_for_again(op, monkeypatch):
    take_over(op, client(1, "books"), user(7, "alice"), consent(7, "openid email"), people=True)
    give_password(op, "alice")
    monkeypatch.setattr("oidc_pyramid.testing.allow", lambda _: pytest.fail("asked again"))
    assert answer_of(authorize(op, op.browser(), rp(), scope="openid email"))["code"]


def test_a_consent_by_natural_keys(op):
    take_over(op, client(1, "books"), user(7, "alice"), consent(["alice"], "openid"))
    with op.provider() as provider:
        assert provider.grants.get("7", "books").remembered == ("openid",)


def test_a_consent_that_is_over_stays_behind(op):
    over = consent(7, "openid", "2020-01-01T00:00:00Z")
    assert take_over(op, client(1, "books"), over).consents == 0


def test_the_metadata_of_a_client(op):
    take_over(op, client(1, "books", response_types=[2, 3, 1], owner=4))
    with op.provider() as provider:
        found = provider.clients["books"]
        assert found.response_types == ("id_token", "id_token token", "code")
        assert found.grant_types == ("authorization_code", "refresh_token", "implicit")
        assert found.redirect_uris == ("https://rp.example/cb", "https://rp.example/other")
        assert found.post_logout_redirect_uris == ("https://rp.example/bye",)
        assert (found.client_uri, found.policy_uri) == (
            "https://rp.example/",
            "https://rp.example/privacy",
        )
        assert (found.contacts, found.owner) == (("ops@rp.example",), "4")
        assert time.gmtime(found.created_at)[:3] == (2019, 5, 4)
        assert (found.reuse_consent, found.skip_consent) == (True, False)


def test_response_types_by_natural_key(op):
    take_over(op, client(1, "books", response_types=[["code"], ["id_token token"]]))
    with op.provider() as provider:
        assert provider.clients["books"].response_types == ("code", "id_token token")


def test_a_public_client(op):
    take_over(op, client(1, "app", client_type="public", client_secret="", require_consent=False))
    with op.provider() as provider:
        found = provider.clients["app"]
        assert (found.public, found.skip_consent, found.remembers_consent) == (True, True, False)


def test_a_native_client(op):
    take_over(op, client(1, "app", client_type="public", _redirect_uris="com.example.app:/cb"))
    with op.provider() as provider:
        found = provider.clients["app"]
        assert (found.application_type, found.redirect_uris) == ("native", ("com.example.app:/cb",))


def test_a_client_with_scopes_of_its_own_may_use_them_for_itself(op):
    take_over(op, client(1, "robot", _scope="read token_introspection"))
    answer = token_request(op.browser(), rp("robot"), grant_type="client_credentials", scope="read")
    assert answer["scope"] == "read"


def test_redirect_uris_that_no_client_may_have_are_told(op):
    uris = "http://rp.example/cb\nhttps://rp.example/cb#x\nhttps://rp.example/cb"
    result = take_over(op, client(1, "books", _redirect_uris=uris))
    assert [note.split()[4] for note in result.notes] == uris.split()[:2]


def test_hs256_signs_with_the_secret(op):
    take_over(op, client(1, "books", jwt_alg="HS256"))
    op.add_user("alice", "wonderland")
    tokens = code_flow(op, op.browser(), rp())
    header = json.loads(_decoded(tokens["id_token"].split(".")[0]))
    assert header["alg"] == "HS256"


def test_a_secret_too_short_for_hs256_is_told(op):
    result = take_over(op, client(1, "books", jwt_alg="HS256", client_secret="short"))
    assert "too short for HS256" in result.notes[0]


def _decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_the_oldest_key_goes_on_signing_under_its_kid(op, pem):
    key = {"model": "oidc_provider.rsakey", "pk": 1, "fields": {"key": pem}}
    kid = hashlib.md5(pem.encode(), usedforsecurity=False).hexdigest()
    assert take_over(op, key, client(1, "books")).keys == 1
    op.add_user("alice", "wonderland")
    browser = op.browser()
    assert kid in [one["kid"] for one in browser.get("/jwks").json["keys"]]
    tokens = code_flow(op, browser, rp())
    assert json.loads(_decoded(tokens["id_token"].split(".")[0]))["kid"] == kid


def test_twice_changes_nothing(op, pem):
    key = {"model": "oidc_provider.rsakey", "pk": 1, "fields": {"key": pem}}
    records = (key, client(1, "books"), user(7, "alice"))
    take_over(op, *records, people=True)
    again = take_over(op, *records, people=True)
    assert (again.keys, again.clients, again.people) == (0, 0, 0)
    assert len(again.notes) == 3


def test_codes_and_tokens_stay_behind(op):
    token = {"model": "oidc_provider.token", "pk": 1, "fields": {}}
    assert take_over(op, token).notes == ["1 records of oidc_provider.token stay behind"]


def test_a_disabled_user_stays_disabled(op):
    take_over(op, user(7, "alice", is_active=False), people=True)
    with op.provider() as provider:
        assert not provider.users["7"].active


DJANGO = {
    "SITE_URL": "https://op.example/",
    "LOGIN_URL": "/accounts/login/",
    "OIDC_AFTER_USERLOGIN_HOOK": "site.hooks.after",
    "OIDC_AFTER_END_SESSION_HOOK": "site.hooks.bye",
    "OIDC_CODE_EXPIRE": 600,
    "OIDC_DISCOVERY_CACHE_EXPIRE": 86400,
    "OIDC_EXTRA_SCOPE_CLAIMS": "site.claims.Extra",
    "OIDC_IDTOKEN_EXPIRE": 600,
    "OIDC_IDTOKEN_SUB_GENERATOR": "site.hooks.sub",
    "OIDC_IDTOKEN_INCLUDE_CLAIMS": True,
    "OIDC_IDTOKEN_PROCESSING_HOOK": ["site.hooks.one", "site.hooks.two"],
    "OIDC_INTROSPECTION_PROCESSING_HOOK": "site.hooks.three",
    "OIDC_INTROSPECTION_VALIDATE_AUDIENCE_SCOPE": False,
    "OIDC_INTROSPECTION_RESPONSE_SCOPE_ENABLE": False,
    "OIDC_SESSION_MANAGEMENT_ENABLE": True,
    "OIDC_SKIP_CONSENT_EXPIRE": 30,
    "OIDC_SKIP_CONSENT_ENABLE": False,
    "OIDC_TOKEN_EXPIRE": 1800,
    "OIDC_USERINFO": "site.claims.userinfo",
    "OIDC_GRANT_TYPE_PASSWORD_ENABLE": True,
    "OIDC_DISCOVERY_CACHE_ENABLE": True,
    "OIDC_UNAUTHENTICATED_SESSION_MANAGEMENT_KEY": "key",
    "OIDC_TEMPLATES": {"authorize": "a.html"},
    "OIDC_SKIP_CONSENT_ALWAYS": True,
    "OIDC_RSA_KEY_FOLDER": "/srv",
    "OIDC_NONSENSE": 1,
    "DEBUG": True,
}


def test_every_setting_has_a_line_or_a_note():
    mapped = settings_from(DJANGO)
    settings = read_settings({**mapped.settings, "oidc.secret": "0123456789abcdef" * 4 + "xyz"})
    assert isinstance(settings, Settings)
    assert settings.issuer == "https://op.example/openid"
    assert settings.login_url == "/accounts/login/"
    assert (settings.code_expire, settings.token_expire) == (600, 1800)
    assert settings.consent_expire == 30 * 24 * 3600
    assert (settings.consent_remember, settings.id_token_include_claims) == (False, True)
    assert settings.id_token_processing_hook == ("site.hooks.one", "site.hooks.two")
    assert (settings.introspection_audience, settings.introspection_scope) == ("any", False)
    told = [note.partition(":")[0] for note in mapped.notes]
    assert sorted(told) == [
        "OIDC_DISCOVERY_CACHE_ENABLE",
        "OIDC_GRANT_TYPE_PASSWORD_ENABLE",
        "OIDC_NONSENSE",
        "OIDC_RSA_KEY_FOLDER",
        "OIDC_SKIP_CONSENT_ALWAYS",
        "OIDC_TEMPLATES",
        "OIDC_UNAUTHENTICATED_SESSION_MANAGEMENT_KEY",
    ]


def test_settings_of_a_module_as_lines_of_an_ini_file():
    module = SimpleNamespace(
        SITE_URL="https://op.example", OIDC_LOGIN_URL="/in", OIDC_GRANT_TYPE_PASSWORD_ENABLE=False
    )
    assert settings_from(module, prefix="").as_ini() == (
        "oidc.issuer = https://op.example\noidc.login_url = /in\n"
    )


def test_a_missing_site_url_is_told():
    assert "oidc.issuer is required" in settings_from({"OIDC_CODE_EXPIRE": 60}).as_ini()
