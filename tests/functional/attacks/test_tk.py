"""TK: the token endpoint gives what was agreed to, and takes it back."""

import time
from urllib.parse import urlencode

import pytest

from oidc_pyramid.testing import OWN_FORM, answer_of, bearer
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD, VERIFIER, code_of, tokens, walk
from tests.functional.attacks.claims import claims_of
from tests.functional.attacks.musts import (
    INTERNALS,
    e_page,
    e_redir,
    inactive,
    no_5xx,
    no_store,
    refused_bearer,
    t_err,
)


def exchange(cast, code, **more):
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    return {**fields, "redirect_uri": cast.a.redirect_uri, **more}


def refresh(token, **more):
    return {"grant_type": "refresh_token", "refresh_token": token, **more}


def test_tk_01_scope_does_not_grow_with_the_code(cast):
    wider = exchange(cast, code_of(cast), scope="openid email admin")
    granted = cast.post("/token", wider, cast.a).json
    assert granted["scope"] == "openid"
    seen = cast.post("/introspect", {"token": granted["access_token"]}, cast.a).json
    assert seen["scope"] == "openid"


@pytest.mark.parametrize("scope", ["openid email", "admin", "openid admin", "\\", "openid\tx"])
def test_tk_01_nor_with_a_refresh(shared, signed_in, scope):
    granted = tokens(shared, signed_in)
    asked = refresh(granted["refresh_token"], scope=scope)
    t_err(shared.post("/token", asked, shared.a), 400, "invalid_scope", "invalid_request")
    assert shared.post("/token", refresh(granted["refresh_token"]), shared.a).status_int == 200


def test_tk_01_a_narrower_refresh_narrows_one_token(cast):
    granted = tokens(cast, scope="openid profile email")
    narrow = refresh(granted["refresh_token"], scope="openid")
    first = cast.post("/token", narrow, cast.a).json
    assert first["scope"] == "openid"
    second = cast.post("/token", refresh(first["refresh_token"]), cast.a).json
    assert set(second["scope"].split()) == {"openid", "profile", "email"}


@pytest.mark.parametrize("scope", ["admin", "books admin", "openid", "offline_access"])
def test_tk_01_client_credentials(shared, scope):
    asked = {"grant_type": "client_credentials", "scope": scope}
    t_err(shared.post("/token", asked, shared.s), 400, "invalid_scope")


@pytest.mark.parametrize("resources", [["https://api.example"], ["https://a", "https://b"], ["x"]])
def test_tk_02_a_resource_that_was_not_authorized(cast, resources):
    more = [("resource", resource) for resource in resources]
    code = code_of(cast)
    body = urlencode([*exchange(cast, code).items(), *more]).encode()
    t_err(cast.post("/token", body, cast.a), 400, "invalid_target")
    granted = cast.post("/token", exchange(cast, code), cast.a).json
    body = urlencode([*refresh(granted["refresh_token"]).items(), *more]).encode()
    t_err(cast.post("/token", body, cast.a), 400, "invalid_target")
    body = urlencode([("grant_type", "client_credentials"), *more]).encode()
    t_err(cast.post("/token", body, cast.s), 400, "invalid_target")
    seen = cast.post("/introspect", {"token": granted["access_token"]}, cast.a).json
    assert seen["aud"] == cast.op.issuer


@pytest.mark.spec("RFC 8707", "2.1")
@pytest.mark.parametrize("resources", [["https://api.example"], ["https://a", "https://b"], ["x"]])
def test_tk_02_a_resource_that_is_unknown_is_refused_before_anybody_is_asked(cast, resources):
    more = [("resource", resource) for resource in resources]
    for issuer in ([], [("resource", cast.op.issuer)]):
        response = cast.authorize([*cast.asks().items(), *issuer, *more])
        e_redir(response, "invalid_target")


@pytest.mark.spec("RFC 8707", "2.1")
def test_tk_02_ours_may_be_named_in_both_places(cast):
    named = [("resource", cast.op.issuer), ("resource", cast.op.issuer)]
    assert "/login" in cast.authorize([*cast.asks().items(), *named]).headers["Location"]
    code = code_of(cast, resource=cast.op.issuer)
    asked = {**exchange(cast, code), "resource": cast.op.issuer}
    assert "access_token" in cast.post("/token", asked, cast.a).json


TWICE = ["code", "client_id", "grant_type", "redirect_uri", "code_verifier", "scope", "state"]


@pytest.mark.parametrize("name", TWICE, ids=lambda name: f"TK-03-WB-11-{name}")
def test_each_parameter_once(shared, signed_in, name):
    fields = exchange(shared, code_of(shared, signed_in), client_id=shared.a.client_id)
    for values in (("x", "y"), ("x", "x"), ("", "x")):
        pairs = [*fields.items(), *((name, value) for value in values)]
        response = shared.post("/token", urlencode(pairs).encode(), shared.a)
        t_err(response, (400, 401), "invalid_request", "invalid_client")
    assert shared.post("/token", fields, shared.a).json["access_token"]


BODIES = {
    "TK-03-json": ("application/json", b'{"grant_type": "client_credentials"}'),
    "TK-03-text": ("text/plain", b"grant_type=client_credentials"),
    "TK-03-multipart": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nclient_credentials\r\n--x--',
    ),
    "TK-03-utf-16": (
        f"{wire.FORM}; charset=utf-16",
        "grant_type=client_credentials".encode("utf-16"),
    ),
    "TK-03-utf-7": (f"{wire.FORM}; charset=utf-7", b"grant_type=client_credentials"),
    "WB-09-none": ("", b"grant_type=client_credentials"),
    "WB-09-json-utf-7": ("application/json;charset=utf-7", b"{}"),
    "WB-09-garbage": ("/;=,", b"grant_type=client_credentials"),
    "WB-09-long": ("x" * 70_000, b"grant_type=client_credentials"),
    "WB-23-deep-json": ("application/json", b"[" * 60_000),
}


@pytest.mark.parametrize("kind,body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])
def test_only_one_kind_of_body(shared, path, kind, body):
    t_err(shared.post(path, body, shared.s, kind=kind), (400, 415), "invalid_request")


def test_wb_09_overrides_and_encodings_do_nothing(shared):
    body = b"grant_type=client_credentials"
    for headers in (
        [("X-HTTP-Method-Override", "DELETE")],
        [("X-Method-Override", "PUT"), ("X-HTTP-Method", "GET")],
    ):
        assert shared.post("/token", body, shared.s, headers=headers).status_int == 200
    assert shared.post("/token", body + b"&_method=PUT", shared.s).status_int == 200
    zipped = shared.post(
        "/token", b"\x1f\x8b\x08", shared.s, headers=[("Content-Encoding", "gzip")]
    )
    t_err(zipped, 400, "invalid_request")


def test_tk_03_parameters_of_the_query_do_not_count(shared):
    response = wire.call(
        shared.op,
        "/token?grant_type=client_credentials",
        method="POST",
        headers=shared.s.basic.items(),
    )
    t_err(response, 400, "invalid_request")


def test_tk_04_nothing_is_cached(shared, signed_in):
    granted = tokens(shared, signed_in)
    headers = [("Authorization", f"Bearer {granted['access_token']}")]
    for response in (
        shared.post("/token", refresh("x"), shared.a),
        shared.post("/token", {"grant_type": "client_credentials"}, shared.s),
        shared.post("/introspect", {"token": granted["access_token"]}, shared.a),
        shared.post("/introspect", {"token": "x"}, shared.a),
        shared.post("/revoke", {"token": "x"}, shared.a),
        wire.call(shared.op, "/userinfo", headers=headers),
        wire.call(shared.op, "/userinfo"),
        wire.call(shared.op, "/nothing"),
        shared.authorize(shared.asks()),
        shared.authorize(shared.asks(), browser=signed_in),
        shared.authorize({}),
        signed_in.get("/account"),
    ):
        no_store(response)


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "TRACE", "PATCH", "DELETE", "FOO"])
@pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])
def test_tk_05_nothing_but_post(shared, method, path):
    response = no_5xx(wire.call(shared.op, path, method=method))
    assert response.status_int == 405
    assert response.headers["Allow"] == "POST"


INJECTED = {
    "TK-06-crlf": ("scope", "\r\nX-Injected: y"),
    "TK-06-markup": ("grant_type", '"><script>alert(1)</script>'),
    "TK-06-umlaut": ("grant_type", "ümläut\u2028"),
    "TK-06-quote": ("grant_type", 'a"b\\c'),
    "TK-06-code": ("code", "${7*7}{{7*7}}"),
    "TK-06-redirect": ("redirect_uri", "https://evil.example/\\"),
    "TK-06-client": ("client_id", "<b>x</b>"),
}


@pytest.mark.parametrize("name,value", INJECTED.values(), ids=INJECTED)
def test_errors_reflect_nothing(shared, name, value):
    fields = exchange(shared, "x") | {name: value}
    response = shared.post("/token", fields, shared.a)
    assert response.status_int in {400, 401}
    no_5xx(response)
    shown = response.text + str(response.headers)
    assert value not in shown
    assert "<script" not in shown
    assert "X-Injected" not in shown
    assert not [word for word in INTERNALS if word in shown]


def test_tk_07_two_issuers_share_nothing(cast, make_cast_with, handles):
    other = make_cast_with(**{"oidc.issuer": "https://other.example"})
    code, granted = code_of(cast), tokens(cast)
    fields = exchange(cast, code)
    t_err(other.post("/token", fields, other.a), 400, "invalid_grant")
    t_err(other.post("/token", refresh(granted["refresh_token"]), other.a), 400, "invalid_grant")
    t_err(other.post("/token", fields, cast.a), 401, "invalid_client")
    headers = [("Authorization", f"Bearer {granted['access_token']}")]
    refused_bearer(wire.call(other.op, "/userinfo", headers=headers), "invalid_token")
    inactive(other.post("/introspect", {"token": granted["access_token"]}, other.a))
    hint = other.asks(id_token_hint=granted["id_token"], prompt="none")
    e_redir(other.authorize(hint), "invalid_request", issuer="https://other.example")
    assert cast.post("/token", fields, cast.a).json["access_token"]


def with_provider(change):
    def happen(cast, browser):
        with cast.op.provider() as provider:
            change(provider, cast)

    return happen


def change_of_password(cast, browser):
    form = browser.get("/account/password").forms["password-form"]
    form["current_password"] = PASSWORD
    form["new_password"] = form["new_password_again"] = "quite another password"
    assert form.submit(headers=OWN_FORM).status_int == 200


def consent_revoked(provider, cast):
    provider.grants.get(cast.victim, cast.a.client_id).end(now=1)


EVENTS = {
    "TK-08-password": change_of_password,
    "TK-08-disabled": with_provider(lambda p, c: p.users[c.victim].disable(now=1)),
    "TK-08-deleted": with_provider(lambda p, c: p.users.delete(p.users[c.victim], now=1)),
    "TK-08-consent": with_provider(consent_revoked),
    "TK-08-everything": with_provider(lambda p, c: p.users[c.victim].end_everything()),
    "TK-08-client": with_provider(lambda p, c: p.clients[c.a.client_id].end(now=1)),
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_what_an_event_ends(cast, event, scope):
    browser, bystander = cast.browser(), cast.browser()
    granted = tokens(cast, browser, scope=scope)
    cast.op.change_client(cast.s.client_id, scope=("token_introspection",))
    code = code_of(cast, browser, scope=scope)
    tokens(cast, bystander, cast.b)
    session = dict(bystander.cookies)
    event(cast, browser)
    headers = [("Authorization", f"Bearer {granted['access_token']}")]
    refused_bearer(wire.call(cast.op, "/userinfo", headers=headers), "invalid_token")
    inactive(cast.post("/introspect", {"token": granted["access_token"]}, cast.s))
    for fields in (refresh(granted["refresh_token"]), exchange(cast, code)):
        t_err(cast.post("/token", fields, cast.a), (400, 401), "invalid_grant", "invalid_client")
    if event not in (EVENTS["TK-08-consent"], EVENTS["TK-08-client"]):
        assert session
        assert bystander.get("/account").status_int == 303


def test_tk_08_signing_out_ends_what_is_bound_to_the_session(cast):
    browser = cast.browser()
    bound = tokens(cast, browser, scope="openid")
    kept = tokens(cast, browser, scope="openid offline_access")
    code = code_of(cast, browser, scope="openid")
    page = browser.get("/account")
    form = next(f for f in page.forms.values() if f.action.endswith("/account/logout"))
    form.submit(headers=OWN_FORM)
    for fields in (refresh(bound["refresh_token"]), exchange(cast, code)):
        t_err(cast.post("/token", fields, cast.a), 400, "invalid_grant")
    headers = [("Authorization", f"Bearer {bound['access_token']}")]
    refused_bearer(wire.call(cast.op, "/userinfo", headers=headers), "invalid_token")
    assert cast.post("/token", refresh(kept["refresh_token"]), cast.a).status_int == 200


def test_tk_09_a_name_that_comes_again_is_somebody_else(cast):
    browser = cast.browser()
    granted = tokens(cast, browser)
    with cast.op.provider() as provider:
        provider.users.delete(provider.users[cast.victim], now=1)
    cast.op.add_user(cast.username, PASSWORD)
    assert browser.get("/account").status_int == 303
    again = tokens(cast, cast.browser())
    subjects = [claims_of(g["id_token"])["sub"] for g in (granted, again)]
    assert subjects[0] == cast.victim != subjects[1]
    assert cast.username not in subjects[0]
    t_err(cast.post("/token", refresh(granted["refresh_token"]), cast.a), 400, "invalid_grant")


def test_tk_10_pairwise_subjects_say_nothing(cast):
    for rp in (cast.a, cast.b):
        cast.op.change_client(rp.client_id, subject_type="pairwise")
    browser = cast.browser()
    subjects = [claims_of(tokens(cast, browser, rp)["id_token"])["sub"] for rp in (cast.a, cast.b)]
    assert len({*subjects, cast.victim, cast.username}) == 4


USERINFO_TAKES, OWNERS = {"access-token"}, {"access-token", "refresh-token"}


def test_tk_11_nothing_else_is_a_bearer_token(shared, handles):
    for name, handle in handles.items():
        if name not in USERINFO_TAKES:
            headers = [("Authorization", f"Bearer {handle}")]
            response = wire.call(shared.op, "/userinfo", headers=headers)
            assert response.status_int in {400, 401}, name
            posted = shared.post("/userinfo", {"access_token": handle})
            assert posted.status_int in {400, 401}, name


def test_tk_11_nothing_else_is_active(shared, handles):
    for name, handle in handles.items():
        if name not in OWNERS:
            inactive(shared.post("/introspect", {"token": handle}, shared.a))


def test_tk_11_nothing_else_is_a_refresh_token(shared, handles):
    for name, handle in handles.items():
        if name != "refresh-token":
            t_err(shared.post("/token", refresh(handle), shared.a), 400, "invalid_grant")


def test_tk_11_nothing_else_is_an_interaction(shared, handles):
    for name, handle in handles.items():
        for page in ("", "/login", "/consent", "/select_account"):
            response = wire.call(shared.op, f"/interactions/{handle}{page}")
            no_5xx(response)
            assert response.status_int in {400, 404}, name


def test_tk_11_nothing_else_is_a_hint(shared, signed_in, handles):
    for name, handle in handles.items():
        if name != "id-token":
            asked = shared.asks(id_token_hint=handle, prompt="none")
            e_redir(shared.authorize(asked, browser=signed_in), "invalid_request")
            e_page(wire.call(shared.op, f"/end_session?id_token_hint={handle}"))


def test_tk_11_nothing_else_is_a_session(shared, handles):
    for name, handle in handles.items():
        if name != "session-cookie":
            headers = [("Cookie", f"__Host-oidc_session={handle}")]
            response = wire.call(shared.op, "/account", headers=headers)
            assert response.status_int == 303, name


def test_tk_12_a_token_in_the_address(shared, signed_in):
    token = tokens(shared, signed_in)["access_token"]
    refused_bearer(
        wire.call(shared.op, f"/userinfo?access_token={token}"), "invalid_request", status=400
    )
    both = wire.call(
        shared.op,
        "/userinfo",
        method="POST",
        body=f"access_token={token}".encode(),
        headers=[("Authorization", f"Bearer {token}")],
    )
    refused_bearer(both, "invalid_request", status=400)
    assert signed_in.get("/userinfo", headers=bearer(token)).json["sub"] == shared.victim


def test_tk_08_the_times_in_a_token_are_short(shared, signed_in):
    claims = claims_of(tokens(shared, signed_in)["id_token"])
    assert claims["exp"] - claims["iat"] <= 600
    assert abs(claims["iat"] - time.time()) < 5
    assert answer_of(walk(shared, signed_in))["code"]
