"""ST-P: what Pyramid would allow if nobody looked."""

import random
from configparser import RawConfigParser
from pathlib import Path

import pytest
from pyramid.security import NO_PERMISSION_REQUIRED

from oidc_pyramid.testing import OWN_FORM
from tests.functional.attacks import wire
from tests.functional.attacks.cast import tokens
from tests.functional.attacks.musts import e_page, no_5xx, t_err
from tests.functional.attacks.person import enter

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
