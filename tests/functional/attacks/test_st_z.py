"""ST-Z, ST-P17: what reaches the database, and what comes out of it."""

import pytest

from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.models.browsers import Session
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.users import User
from oidc_pyramid.testing import OWN_FORM


def strangers(cast):
    """What somebody can do who is nobody: 20 requests."""
    browser = cast.browser()
    location = browser.get("/authorize", cast.asks()).headers["Location"]
    page = browser.get(location)
    browser.get(location.removesuffix("/login"))
    form = page.forms["login-form"]
    for path in (
        "/",
        "/account",
        "/account/login",
        "/jwks",
        "/end_session",
        "/nothing",
        "/static/oidc.css",
    ):
        browser.get(path, status="*")
    browser.get("/.well-known/openid-configuration")
    browser.get("/authorize", cast.asks(prompt="none"))
    browser.get("/authorize", cast.asks(redirect_uri="https://evil.example"), status=400)
    browser.get("/userinfo", headers={"Authorization": "Bearer x"}, status=401)
    cast.authorize(cast.asks(), method="POST")
    cast.post("/token", {"grant_type": "authorization_code", "code": "x"})
    cast.post("/token", {"grant_type": "client_credentials"}, cast.s)
    cast.post("/introspect", {"token": "x"}, cast.a)
    cast.post("/revoke", {"token": "x"}, cast.a)
    browser.post(form.action, {"username": "x", "password": "y"}, headers=OWN_FORM, status=400)
    return 20


def test_st_p17_z10_strangers_write_nothing(make_cast_with):
    cast = make_cast_with(**{"oidc.throttle_secret": "100000"})
    before, objects = cast.op.db.lastTransaction(), cast.op.db.objectCount()
    done = 0
    while done < 1000:
        done += strangers(cast)
    assert cast.op.db.lastTransaction() == before
    assert cast.op.db.objectCount() == objects


def test_st_z10_failed_sign_ins_make_no_objects(make_cast_with):
    cast = make_cast_with(**{"oidc.throttle_address": "1000"})
    browser = cast.browser()
    form = browser.get("/account/login").forms["login-form"]
    objects = cast.op.db.objectCount()
    for n in range(40):
        form["username"], form["password"] = f"stranger-{n}", "a guess"
        form.submit(headers=OWN_FORM)
    assert cast.op.db.objectCount() == objects


def test_st_z10_a_client_credentials_token_is_not_stored(shared):
    before = shared.op.db.lastTransaction()
    for _ in range(20):
        shared.post("/token", {"grant_type": "client_credentials"}, shared.s)
    assert shared.op.db.lastTransaction() == before


@pytest.mark.parametrize("kind", [Session, Authorization, Client, User])
def test_st_z9_an_empty_record_opens_nothing(kind):
    bare = kind.__new__(kind)
    if kind is Session:
        assert not bare.alive(now=0, idle=10**9, epoch=bare.epoch)
    elif kind is Authorization:
        assert not bare.active
    elif kind is Client:
        assert not bare.check_secret("", now=0)
        assert not bare.redirect_uris
        assert not bare.public
    else:
        assert bare.password_hash is None


@pytest.mark.parametrize("key", [None, 5, ["a"], {"a": 1}, b"a", "x" * 10_000, "\ud800"])
def test_st_z8_keys_that_are_no_names(shared, key):
    with shared.op.provider() as provider:
        assert provider.clients.get(key) is None
        assert provider.users.get(key) is None


def test_st_z14_records_show_no_secret(cast):
    with cast.op.provider() as provider:
        user, client = provider.users[cast.victim], provider.clients[cast.a.client_id]
        for shown in (repr(user), repr(client), repr(provider.vault), str(provider)):
            assert user.password_hash not in shown
            assert cast.username not in shown
