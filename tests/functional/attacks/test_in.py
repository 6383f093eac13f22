"""IN: what a token says, and to whom."""

import time

import pytest
from ZODB.Connection import Connection
from ZODB.POSException import StorageError

from oidc_pyramid.models.users import User
from oidc_pyramid.testing import OWN_FORM, bearer
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD, code_of, tokens
from tests.functional.attacks.claims import claims_of
from tests.functional.attacks.musts import inactive, no_5xx, refused_bearer, t_err
from tests.functional.attacks.person import attempt, entered
from tests.functional.attacks.wire import basic


def userinfo(cast, *headers, target="/userinfo", **options):
    return wire.call(cast.op, target, headers=headers, **options)


def with_token(token):
    return ("Authorization", f"Bearer {token}")


def test_in_01_nobody_introspects_without_credentials(shared, signed_in):
    fields = {"token": tokens(shared, signed_in)["access_token"]}
    t_err(shared.post("/introspect", fields), 401, "invalid_client")
    public = {**fields, "client_id": shared.p.client_id}
    t_err(shared.post("/introspect", public), 401, "invalid_client")
    wrong = [basic(f"{shared.a.client_id}:wrong")]
    t_err(shared.post("/introspect", fields, headers=wrong), 401, "invalid_client")
    own = [with_token(fields["token"])]
    t_err(shared.post("/introspect", fields, headers=own), 401, "invalid_client")


def test_in_02_tokens_of_others_look_like_none(shared, signed_in):
    granted = tokens(shared, signed_in)
    unknown = shared.post("/introspect", {"token": "unknown"}, shared.b)
    for name in ("access_token", "refresh_token", "id_token"):
        response = shared.post("/introspect", {"token": granted[name]}, shared.b)
        inactive(response)
        assert response.headerlist == unknown.headerlist
    service = shared.post("/token", {"grant_type": "client_credentials"}, shared.s).json
    inactive(shared.post("/introspect", {"token": service["access_token"]}, shared.a))


def test_in_03_inactive_says_nothing_else(cast, clock):
    revoked, expired = tokens(cast), tokens(cast)
    cast.post("/revoke", {"token": revoked["access_token"]}, cast.a)
    clock.shift(3601)
    for token in (
        revoked["access_token"],
        expired["access_token"],
        "garbage",
        "\u2028ü",
        "x" * 30_000,
        expired["access_token"][:-1],
        expired["access_token"] + ".",
    ):
        inactive(cast.post("/introspect", {"token": token}, cast.a))


@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "id_token", "x" * 99])
def test_in_04_a_refresh_token_is_named_one(cast, hint):
    granted = tokens(cast)
    more = {} if hint is None else {"token_type_hint": hint}
    seen = cast.post("/introspect", {"token": granted["refresh_token"], **more}, cast.a).json
    assert seen["token_type"] == "refresh_token"
    assert "aud" not in seen
    inactive(cast.post("/introspect", {"token": granted["refresh_token"]}, cast.b))


def test_in_07_tokens_of_others_stay(cast):
    granted = tokens(cast)
    for name in ("access_token", "refresh_token"):
        response = cast.post("/revoke", {"token": granted[name]}, cast.b)
        assert response.status_int in {200, 400}
        public = {"token": granted[name], "client_id": cast.p.client_id}
        assert cast.post("/revoke", public).status_int in {200, 400}
    assert userinfo(cast, with_token(granted["access_token"])).status_int == 200
    fields = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    assert cast.post("/token", fields, cast.a).status_int == 200


@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "pigeon"])
def test_in_08_revocation_finds_what_is_meant(cast, hint):
    granted, other = tokens(cast), tokens(cast)
    more = {} if hint is None else {"token_type_hint": hint}
    assert cast.post("/revoke", {"token": "unknown", **more}, cast.a).status_int == 200
    assert cast.post("/revoke", {"token": granted["refresh_token"], **more}, cast.a).body == b""
    refused_bearer(userinfo(cast, with_token(granted["access_token"])), "invalid_token")
    inactive(cast.post("/introspect", {"token": granted["access_token"]}, cast.a))
    cast.post("/revoke", {"token": other["access_token"], **more}, cast.a)
    inactive(cast.post("/introspect", {"token": other["access_token"]}, cast.a))
    refused_bearer(userinfo(cast, with_token(other["access_token"])), "invalid_token")


def test_in_08_a_storage_that_fails_is_no_success(cast, monkeypatch):
    granted = tokens(cast)

    def broken(*args):
        raise StorageError

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "tpc_vote", broken)
        response = cast.post("/revoke", {"token": granted["refresh_token"]}, cast.a)
    assert response.status_int == 503
    assert userinfo(cast, with_token(granted["access_token"])).status_int == 200


SCOPES = {"openid": set(), "openid email": {"email", "email_verified"}}


@pytest.mark.parametrize("scope", SCOPES)
def test_in_09_only_what_the_scope_says(cast, scope):
    granted = tokens(cast, scope=scope)
    seen = userinfo(cast, with_token(granted["access_token"])).json
    assert set(seen) == {"sub"} | SCOPES[scope]
    assert seen["sub"] == claims_of(granted["id_token"])["sub"]
    assert not {"email", "phone_number", "name"} & set(claims_of(granted["id_token"]))


def test_in_09_no_openid_no_userinfo(cast):
    cast.op.change_client(cast.a.client_id, scope=("openid", "books"))
    granted = tokens(cast, scope="books")
    assert "id_token" not in granted
    response = userinfo(cast, with_token(granted["access_token"]))
    refused_bearer(response, "insufficient_scope", status=403)


def test_in_10_no_token_no_error(shared):
    refused_bearer(userinfo(shared))
    refused_bearer(userinfo(shared, ("Authorization", "Basic x")))


HEADERS = {
    "IN-10-unknown": ["Bearer unknown"],
    "IN-10-two-headers": ["Bearer a", "Bearer b"],
    "IN-10-two-schemes": ["Basic x", "Bearer b"],
    "IN-10-comma": ["Bearer a, Bearer b"],
    "IN-10-tab": ["Bearer\ttoken"],
    "IN-10-nothing": ["Bearer"],
    "IN-10-space": ["Bearer "],
    "IN-10-quotes": ['Bearer "token"'],
    "IN-10-bytes": ["Bearer \xff\xfe"],
    "IN-10-long": ["Bearer " + "x" * 20_000],
    "IN-10-dpop": ["DPoP token"],
}


@pytest.mark.parametrize("values", HEADERS.values(), ids=HEADERS)
def test_in_10_odd_headers(shared, values):
    response = no_5xx(userinfo(shared, *(("Authorization", value) for value in values)))
    assert response.status_int in {400, 401}
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")


def test_in_10_the_scheme_in_any_case(shared, signed_in):
    token = tokens(shared, signed_in)["access_token"]
    assert userinfo(shared, ("Authorization", f"bEARER {token}")).status_int == 200


def test_in_11_cookies_open_nothing(shared, signed_in):
    refused_bearer(signed_in.get("/userinfo", status="*"))
    refused_bearer(signed_in.post("/userinfo", {"x": "y"}, status="*"))


def test_in_11_json_and_nothing_else(shared, signed_in):
    token = tokens(shared, signed_in)["access_token"]
    for target in ("/userinfo?callback=alert", "/userinfo?jsonp=alert&format=html"):
        response = userinfo(shared, with_token(token), ("Accept", "text/html"), target=target)
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "alert" not in response.text
        assert response.json["sub"] == shared.victim


def test_in_12_no_revocation_by_a_link(cast):
    token = tokens(cast)["refresh_token"]
    response = wire.call(cast.op, f"/revoke?token={token}&callback=x")
    assert (response.status_int, response.headers["Allow"]) == (405, "POST")


def test_in_13_a_new_address_is_not_verified(cast):
    granted = tokens(cast, scope="openid email phone")
    cast.op.change_user(cast.victim, lambda u: u.update({"email": "m@evil.example"}, now=1))
    seen = userinfo(cast, with_token(granted["access_token"])).json
    assert seen["email"] == "m@evil.example"
    assert seen["email_verified"] is False


def test_in_13_an_address_is_no_login_name(cast):
    assert not entered(attempt(cast.browser(), "ursula@example.org", PASSWORD))


def test_in_13_what_a_person_sends_is_not_verified(make_cast_with):
    cast = make_cast_with(**{"oidc.signup": "true"})
    browser = cast.browser()
    form = browser.get("/account/signup").forms["signup-form"]
    name = f"new-{cast.username}"
    password = "a password of mine"
    sent = dict(form.submit_fields()) | {"username": name, "email": "victim@example.org"}
    sent |= {"password": password, "password_again": password, "email_verified": "true"}
    sent |= {"id": "x", "generation": "9", "disabled_at": "", "extra": "x", "__class__": "x"}
    assert browser.post("/account/signup", sent, headers=OWN_FORM).status_int == 303
    with cast.op.provider() as provider:
        user = provider.users.by_username(name)
        assert user.email == "victim@example.org"
        assert user.email_verified is False
        assert user.generation == 1


POISON = {
    "picture": ["javascript:alert(1)", "http://a.example/x.png", "data:image/svg+xml,x", "//x/y"],
    "profile": ["javascript:alert(1)", "https://user@a.example/", "x"],
    "website": ["http://a.example", "JAVASCRIPT:alert(1)", "https://a.example/" + "x" * 2100],
    "name": ["a\0b", "a\x1b[31mb", "x" * 1_048_576, "a\u202eb", "a\nb", "\ud800"],
    "email": ["x", "a@b@c", "a b@c", "x" * 300 + "@a.example", "<a@b>", "a@b\nBcc: c@d"],
    "zoneinfo": ["../../etc/passwd", "Europe/Berlin\n", "x" * 99, "<b>"],
    "locale": ["../../etc", "en'\"<x", "x" * 99],
    "birthdate": ["yesterday", "2000-1-1"],
    "phone_number": ["javascript:", "x" * 99, "<b>1</b>"],
    "address_formatted": ["x" * 2000, "a\x00b"],
    "nickname": [b"bytes", 5, ["list"]],
}


@pytest.mark.parametrize(
    "claim,value",
    [
        pytest.param(claim, value, id=f"IN-14-{claim}-{number}")
        for claim, values in POISON.items()
        for number, value in enumerate(values)
    ],
)
def test_claims_that_nobody_may_have(claim, value):
    user = User("somebody", now=1, email="somebody@example.org", email_verified=True)
    with pytest.raises(ValueError):
        user.update({"given_name": "Changed", claim: value}, now=2)
    assert user.given_name is None
    assert user.email_verified


def test_in_14_markup_is_text(cast):
    cast.op.change_user(cast.victim, lambda u: u.update({"name": "<b>&\"'"}, now=1))
    browser = cast.browser()
    granted = tokens(cast, browser, scope="openid profile")
    assert (
        browser.get("/userinfo", headers=bearer(granted["access_token"])).json["name"] == "<b>&\"'"
    )
    page = browser.get("/account")
    assert "<b>&" not in page.text
    assert page.html.find(class_="identity-name").text == "<b>&\"'"


def test_in_06_no_signed_introspection_by_accident(shared, signed_in):
    headers = [("Accept", "application/token-introspection+jwt")]
    response = shared.post("/introspect", {"token": "x"}, shared.a, headers=headers)
    inactive(response)


def test_in_05_codes_are_inactive(shared, signed_in):
    inactive(shared.post("/introspect", {"token": code_of(shared, signed_in)}, shared.a))


@pytest.fixture
def scanned(make_cast_with):
    return make_cast_with(**{"oidc.throttle_tokens": "5"})


@pytest.mark.spec("RFC 7662", "4")
def test_in_05_scanning_is_slowed_down(scanned, clock):
    mine = tokens(scanned)
    for number in range(5):
        inactive(scanned.post("/introspect", {"token": f"guess-{number}"}, scanned.a))
    stopped = scanned.post("/introspect", {"token": "guess-6"}, scanned.a)
    assert stopped.status_int == 429
    assert int(stopped.headers["Retry-After"]) > 0
    for token in (mine["access_token"], mine["refresh_token"]):
        assert scanned.post("/introspect", {"token": token}, scanned.a).json["active"]
    inactive(scanned.post("/introspect", {"token": "guess-7"}, scanned.b))
    clock.shift(601)
    inactive(scanned.post("/introspect", {"token": "guess-8"}, scanned.a))


@pytest.mark.spec("RFC 7662", "4")
def test_in_05_userinfo_too(scanned):
    mine = with_token(tokens(scanned)["access_token"])
    for number in range(5):
        refused_bearer(userinfo(scanned, with_token(f"guess-{number}")), "invalid_token")
    assert userinfo(scanned, with_token("guess-6")).status_int == 429
    assert userinfo(scanned, mine).status_int == 200


def test_in_05_tokens_that_have_ended_are_no_scan(scanned, clock):
    old = tokens(scanned)["access_token"]
    clock.shift(3601)
    for _ in range(8):
        inactive(scanned.post("/introspect", {"token": old}, scanned.a))
        refused_bearer(userinfo(scanned, with_token(old)), "invalid_token")


def test_in_05_tokens_from_before_a_raised_epoch_are_no_scan(make_cast_with, clock):
    """They can't be told from guesses any more; so nobody is counted until all have expired."""
    scanned = make_cast_with(**{"oidc.throttle_tokens": "4"})  # a provider of its own
    old = tokens(scanned)["access_token"]
    with scanned.op.provider() as provider:
        provider.raise_epoch(now=int(time.time()))
    for _ in range(8):
        inactive(scanned.post("/introspect", {"token": old}, scanned.a))
        refused_bearer(userinfo(scanned, with_token(old)), "invalid_token")
    clock.shift(3601)
    asked = [scanned.post("/introspect", {"token": old}, scanned.a).status_int for _ in range(6)]
    assert asked[-1] == 429
