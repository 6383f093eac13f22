"""ST: what Pyramid and ZODB would allow if nobody looked."""

import random
from concurrent.futures import ThreadPoolExecutor
from configparser import RawConfigParser
from pathlib import Path

import pytest
from pyramid.security import NO_PERMISSION_REQUIRED
from ZODB.Connection import Connection
from ZODB.POSException import ConflictError

from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.models.browsers import Session
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.users import User
from oidc_pyramid.testing import OWN_FORM, bearer
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD, code_of, tokens
from tests.functional.attacks.musts import e_page, no_5xx, t_err
from tests.functional.attacks.test_cd import exchange
from tests.functional.attacks.test_se import enter

ROOT = Path(__file__).parents[3]
WORDS = [
    *[
        "clients",
        "users",
        "keys",
        "vault",
        "grants",
        "authorizations",
        "browsers",
        "denylist",
        "throttle",
        "sessions",
    ],
    *[
        "tokens",
        "catalog",
        "admin",
        "setup",
        "root",
        "data",
        "items",
        "values",
        "__parent__",
        "__name__",
        "__class__",
    ],
    *[
        "__dict__",
        "__getitem__",
        "__acl__",
        "__init__",
        "__module__",
        "_p_jar",
        "_p_oid",
        "_p_changed",
        "_data",
    ],
    *[
        "_by_id",
        "_by_username",
        "_shards",
        "_roots",
        "secrets",
        "client_secret",
        "password_hash",
        "username",
    ],
    *[
        "email",
        "extra",
        "generation",
        "uuid",
        "created_at",
        "epoch",
        "schema",
        "sweep_mark",
        "registration_tokens",
    ],
    *[
        "0",
        "1",
        "-1",
        "None",
        "True",
        "keys()",
        "signing",
        "by_email",
        "root()",
        "manage",
        "edit",
        "json",
        "@@edit",
        "@@manage",
    ],
    *[
        "%5F%5Fparent__",
        "%40%40edit",
        "..",
        ".",
        ";",
        "*",
        "~",
        "$",
        "'",
        "index.html",
        "view",
        "config",
        "debug",
        "traverse",
    ],
    *[
        "interactions",
        "account",
        ".well-known",
        "static",
        "token",
        "jwks",
        "interaction",
        "authorize",
        "x",
    ],
]


def test_st_p1_the_object_graph_has_no_addresses(shared, signed_in):
    names = [*WORDS, shared.a.client_id, shared.victim, shared.username]
    chance = random.Random(7)  # noqa: S311 - the same walk each time
    paths = {
        "/" + "/".join(chance.choices(names, k=depth)) for depth in (2, 3, 4) for _ in range(150)
    }
    paths |= {f"/{name}" for name in names} | {f"/clients/{shared.a.client_id}/{n}" for n in names}
    paths |= {f"/users/{shared.victim}/{name}" for name in names}
    known = {"/account", "/static", "/token", "/jwks", "/authorize", "/interactions"}
    for path in sorted(paths - known):
        response = no_5xx(wire.call(shared.op, path))
        assert response.status_int in {303, 401, 404, 400, 405}, path
        if response.status_int == 303:
            assert response.headers["Location"] == "https://op.example/account/login"
        for secret in (shared.victim, "argon2", "ursula@"):
            assert secret not in response.text, path
    assert signed_in.get(f"/users/{shared.victim}", status="*").status_int == 404


def test_st_p5_what_exists_looks_like_what_does_not(shared):
    for kind, known in (("clients", shared.a.client_id), ("users", shared.victim)):
        answers = []
        for name in (known, "nobody"):
            for end in ("", "/x", "/secrets"):
                for method in ("GET", "PUT", "DELETE", "POST"):
                    response = wire.call(shared.op, f"/{kind}/{name}{end}", method=method)
                    error_id = response.text.split('id="error-id">')[-1][:12]
                    answers.append((response.status, response.text.replace(error_id, "")))
        half = len(answers) // 2
        assert answers[:half] == answers[half:]


@pytest.mark.parametrize(
    "value", ["/clients", "/users/1", "/\xff", "x" * 65_536, "/..", "\x00", "//"]
)
def test_st_p2_x_vhm_root_has_no_effect(shared, value):
    for path in ("/", "/jwks", "/account", "/.well-known/openid-configuration"):
        plain, forged = (
            wire.call(shared.op, path, headers=headers) for headers in ((), [("X-Vhm-Root", value)])
        )
        assert (plain.status, plain.body) == (forged.status, forged.body)
        assert plain.headers.get("Location") == forged.headers.get("Location")


def views(op):
    for found in op.app.registry.introspector.get_category("views"):
        permissions = [one for one in found["related"] if one.category_name == "permissions"]
        yield found["introspectable"], permissions


def test_st_p3_every_view_of_ours_is_explicit(providers):
    op = providers(**{"oidc.include": "oidc_pyramid.compat"})
    ours = [
        (view, p)
        for view, p in views(op)
        if "oidc_pyramid" in view["callable"].__module__ or view.get("oidc")
    ]
    assert len(ours) > 30
    for view, permissions in ours:
        said = f"{view['context']} {view['name']}"
        assert view["context"] is not None or view["route_name"] is not None, said
        assert view.get("oidc") is not None, said
        assert view["require_csrf"] is False, said
        assert [p.discriminator for p in permissions] == [NO_PERMISSION_REQUIRED], said
        assert bool(view.get("oidc").methods) is not view["exception_only"], said
        assert set(view.get("oidc").methods) <= {"GET", "POST", "PUT", "DELETE"}, said


def test_st_p3_what_changes_something_is_no_get(providers):
    for view, _ in views(providers()):
        if (
            view.get("oidc") is not None
            and "POST" in view.get("oidc").methods
            and not view.get("oidc").page
        ):
            assert view.get("oidc").methods == ("POST",) or view["name"] == "userinfo"


def open_to_all(config):
    from pyramid.response import Response

    config.set_default_permission("deny")
    config.add_view(lambda *_: Response("host"), name="x", permission=NO_PERMISSION_REQUIRED)


def test_st_p3_a_view_for_everything_answers_not_below_us(providers):
    op = providers(open_to_all)
    for path in ("/x", "/clients/x", "/account/x", "/.well-known/x"):
        response = wire.call(op, path)
        assert response.status_int in {401, 404}
        assert response.body != b"host"
    assert wire.call(op, "/jwks").status_int == 200


def test_st_p12_every_form_on_every_page_has_its_token(cast):
    browser = cast.browser()
    tokens(cast, browser)
    enter(cast, cast.browser())
    forms = 0
    for address in ("/account", "/account/password", "/end_session"):
        for form in browser.get(address).forms.values():
            forms += 1
            fields = [pair for pair in form.submit_fields() if pair[0] != "csrf_token"]
            for value in (None, "x"):
                sent = fields + ([] if value is None else [("csrf_token", value)])
                e_page(browser.post(form.action, sent, headers=OWN_FORM, status="*"))
            sent = form.submit_fields()
            evil = {"Origin": "https://evil.example"}
            e_page(browser.post(form.action, sent, headers=evil, status="*"))
    assert forms >= 4
    assert browser.get("/account").status_int == 200


def test_st_p13_body_and_query_do_not_mix(shared):
    asked = shared.asks()
    half = dict(list(asked.items())[:2])
    rest = {k: v for k, v in asked.items() if k not in half}
    query = "&".join(f"{k}={v}" for k, v in half.items())
    body = "&".join(f"{k}={v}" for k, v in (rest | {"client_id": "evil"}).items())
    e_page(wire.call(shared.op, f"/authorize?{query}", method="POST", body=body.encode()))
    token = wire.call(shared.op, "/revoke?token=x", method="POST", headers=shared.a.basic.items())
    t_err(token, 400, "invalid_request")


def conflict(*args):
    """Every commit meets a rival."""
    raise ConflictError


def busy(response):
    assert response.status_int == 503
    assert int(response.headers["Retry-After"]) >= 1
    assert "Location" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_st_p15_a_sign_in_that_was_not_saved_sets_nothing(cast, monkeypatch):
    browser = cast.browser()
    form = browser.get("/account/login").forms["login-form"]
    form["username"], form["password"] = cast.username, PASSWORD

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "tpc_vote", conflict)
        busy(form.submit(headers=OWN_FORM, status="*"))
    assert browser.get("/account").status_int == 303


def test_st_p15_no_token_without_a_commit(cast, monkeypatch):
    code = code_of(cast)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "tpc_vote", conflict)
        response = cast.post("/token", exchange(code), cast.a)
    busy(response)
    assert set(response.json) == {"error", "error_description"}
    assert cast.post("/token", exchange(code), cast.a).json["access_token"]


def test_st_p16_nobody_sees_anybody_else(make_cast_with):
    casts = [make_cast_with() for _ in range(4)]

    def live(cast):
        cast.op.change_user(cast.victim, lambda u: u.update({"name": f"marker-{u.id}"}, now=1))
        browser = cast.browser()
        granted = tokens(cast, browser, scope="openid profile")
        seen = ""
        for _ in range(3):
            seen += browser.get("/account").text
            seen += browser.get("/userinfo", headers=bearer(granted["access_token"])).text
            seen += browser.get("/authorize", cast.asks(prompt="consent")).follow().text
        return seen

    with ThreadPoolExecutor(len(casts)) as pool:
        texts = list(pool.map(live, casts))
    for cast, text in zip(casts, texts, strict=True):
        assert f"marker-{cast.victim}" in text
        assert not [c for c in casts if c is not cast and f"marker-{c.victim}" in text]


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
        assert not bare.alive(now=0, idle=10**9)
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


def test_st_p11_the_ini_for_servers_has_no_secret_and_trusts_nobody():
    ini = RawConfigParser()
    ini.read(ROOT / "production.ini")
    app, server = ini["app:main"], ini["server:main"]
    assert app["oidc.secret"].startswith(("file:", "env:"))
    assert server["listen"].startswith("127.0.0.1:")
    assert server["channel_request_lookahead"] == "0"
    assert int(server["max_request_body_size"]) <= 262_144
    assert not [name for name in server if name.startswith("trusted_proxy")]
    text = (ROOT / "production.ini").read_text()
    assert "debugtoolbar" not in text
    assert "expose_tracebacks" not in text
    assert not [
        name for name in app if name.startswith("pyramid.debug") or name == "oidc.development"
    ]
