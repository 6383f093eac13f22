"""SE-08 to SE-12: what ends a session, and where a sign-out leads."""

from urllib.parse import quote

import pytest

from oidc_pyramid.testing import OWN_FORM
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD, tokens
from tests.functional.attacks.claims import claims_of, forged
from tests.functional.attacks.handles import cookies_of
from tests.functional.attacks.musts import e_page, e_redir
from tests.functional.attacks.person import SESSION, enter, form_of, signed_in_at, silent
from tests.functional.attacks.test_ru import WRONG

ENDS = ["sign-out", "password", "admin", "idle", "absolute"]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: f"SE-08-{end}")
def test_a_saved_cookie_is_worth_nothing(cast, clock, end):
    browser = cast.browser()
    enter(cast, browser)
    saved = [("Cookie", f"{SESSION}={cookies_of(browser)[SESSION]}")]
    assert wire.call(cast.op, "/account", headers=saved).status_int == 200
    if end == "sign-out":
        forms = browser.get("/account").forms.values()
        next(f for f in forms if f.action.endswith("/account/logout")).submit(headers=OWN_FORM)
    elif end == "password":
        form = browser.get("/account/password").forms["password-form"]
        form["current_password"] = PASSWORD
        form["new_password"] = form["new_password_again"] = "quite another one"
        form.submit(headers=OWN_FORM)
        assert signed_in_at(browser)
    elif end == "admin":
        cast.op.change_user(cast.victim, lambda user: user.end_everything())
    elif end == "idle":
        clock.shift(8 * 3600 + 3600)
    else:
        for _ in range(25):
            clock.shift(7 * 3600)
            wire.call(cast.op, "/account", headers=saved)
    assert wire.call(cast.op, "/account", headers=saved).status_int == 303


LINKS = [
    "",
    "?client_id={a}",
    "?post_logout_redirect_uri=https%3A%2F%2Fa.example%2Fout&client_id={a}",
]


@pytest.mark.parametrize("query", LINKS, ids=lambda query: f"SE-09-{query[:12]}")
def test_a_link_signs_nobody_out(cast, query):
    browser = cast.browser()
    enter(cast, browser)
    page = browser.get("/end_session" + query.format(a=cast.a.client_id))
    assert page.status_int == 200
    assert page.html.find(id="logout-confirm")
    assert signed_in_at(browser)


def test_se_09_who_stays_stays(cast):
    browser, action, fields = form_of(cast, "end-session")
    browser.post(action, fields | {"decision": "stay"}, headers=OWN_FORM)
    assert signed_in_at(browser)


def test_se_09_and_who_confirms_leaves(cast):
    browser, action, fields = form_of(cast, "end-session")
    browser.post(action, fields, headers=OWN_FORM)
    assert not signed_in_at(browser)


OUT = "https://a.example/out"


TARGETS = {
    **{f"SE-10-{name}": uri.replace("/cb", "/out") for name, uri in WRONG.items() if uri},
    "SE-10-slashes": "//evil.example",
    "SE-10-callback": "https://a.example/cb",
}


@pytest.mark.parametrize("identify", ["client", "hint", "both"])
def test_se_10_addresses_that_are_not_registered(cast, identify):
    browser = cast.browser()
    hint = tokens(cast, browser)["id_token"]
    who = {"client": {"client_id": cast.a.client_id}, "hint": {"id_token_hint": hint}}
    who["both"] = who["client"] | who["hint"]
    for uri in TARGETS.values():
        asked = {"post_logout_redirect_uri": uri, "state": "s", **who[identify]}
        stranger = cast.browser().get("/end_session", asked, status="*")
        assert "Location" not in stranger.headers, uri
        e_page(browser.get("/end_session", asked, status="*"), "evil")
    assert signed_in_at(browser)


def test_se_10_of_another_client_or_of_nobody(cast):
    browser = cast.browser()
    hint = tokens(cast, browser)["id_token"]
    for who in (
        {},
        {"client_id": "nobody"},
        {"client_id": cast.b.client_id},
        {"client_id": cast.b.client_id, "id_token_hint": hint},
    ):
        asked = {"post_logout_redirect_uri": OUT, **who}
        for one in (cast.browser(), browser):
            response = one.get("/end_session", asked, status="*")
            assert "Location" not in response.headers
            assert response.status_int in {200, 400}
    assert signed_in_at(browser)


def test_se_10_twice(cast):
    query = f"client_id={cast.a.client_id}&post_logout_redirect_uri={OUT}"
    more = f"{query}&post_logout_redirect_uri=https://evil.example/"
    e_page(wire.call(cast.op, f"/end_session?{more}"), "evil")


def hints(cast, granted):
    claims = claims_of(granted["id_token"])
    head, _, signature = granted["id_token"].split(".")
    other = {**claims, "sub": "somebody-else"}
    tampered = ".".join((head, forged({}, other).split(".")[1], signature))
    return {
        "none": forged({"alg": "none"}, claims),
        "none-typ": forged({"alg": "None", "typ": "JWT"}, claims),
        "tampered": tampered,
        "foreign-key": forged({"alg": "ES256", "kid": "x"}, claims, b"x" * 64),
        "zero-signature": forged({"alg": "ES256"}, claims, b"\0" * 64),
        "hmac": forged({"alg": "HS256"}, claims, b"x" * 32),
        "embedded-key": forged({"alg": "ES256", "jwk": {"kty": "EC"}}, claims, b"x" * 64),
        "encrypted": "a.b.c.d.e",
        "long": "x" * 60_000,
        "json": '{"payload":"","signatures":[]}',
        "empty-parts": "..",
    }


def test_se_11_hints_that_are_not_ours(cast):
    browser = cast.browser()
    for name, hint in hints(cast, tokens(cast, browser)).items():
        e_page(
            wire.call(
                cast.op, "/end_session", method="POST", body=f"id_token_hint={quote(hint)}".encode()
            )
        )
        response = cast.authorize(
            cast.asks(id_token_hint=hint, prompt="none"), method="GET", browser=browser
        )
        e_redir(response, "invalid_request", "login_required"), name
    assert signed_in_at(browser)


def test_se_11_a_hint_for_somebody_else_ends_nothing(cast, make_cast_with):
    other = make_cast_with()
    hint = tokens(other, other.browser(), cast.a)["id_token"]
    browser = cast.browser()
    enter(cast, browser)
    page = browser.get("/end_session", {"id_token_hint": hint})
    assert page.html.find(id="logout-confirm")
    assert signed_in_at(browser)


def test_se_11_a_hint_signs_nobody_in(cast):
    hint = tokens(cast)["id_token"]
    stranger = cast.browser()
    e_redir(silent(cast, stranger, id_token_hint=hint), "login_required")
    assert not signed_in_at(stranger)


def test_se_11_an_expired_hint_still_signs_out(cast, clock):
    browser = cast.browser()
    hint = tokens(cast, browser)["id_token"]
    clock.shift(3600)
    browser.get("/end_session", {"id_token_hint": hint})
    assert not signed_in_at(browser)


def test_se_12_state_of_a_sign_out(cast):
    browser = cast.browser()
    hint = tokens(cast, browser)["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": OUT}
    e_page(browser.get("/end_session", {**asked, "state": "x\r\nSet-Cookie: a=b"}, status="*"))
    response = browser.get("/end_session", {**asked, "state": '<script>"'})
    assert response.headers["Location"] == f"{OUT}?state=%3Cscript%3E%22"
