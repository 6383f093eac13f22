"""SE-04 to SE-06, SE-15 to SE-19: consent and interactions."""

import re
from urllib.parse import quote

import pytest

from oidc_pyramid.testing import OWN_FORM, allow, answer_of, sign_in
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD, tokens, walk
from tests.functional.attacks.claims import claims_of
from tests.functional.attacks.musts import answer, e_page, e_redir, elements, is_page
from tests.functional.attacks.person import (
    enter,
    pages,
    silent,
)


def test_se_04_no_page_can_be_framed(shared, signed_in):
    for name, page in pages(shared, signed_in):
        is_page(page)
        policy = page.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, name
        assert page.headers["X-Frame-Options"] == "DENY", name


def test_se_04_the_consent_button_rests(shared, signed_in):
    page = dict(pages(shared, signed_in))["consent"]
    scripts = [script["src"] for script in elements(page).of("script")]
    assert "/static/consent.js" in scripts
    assert "disabled" in signed_in.get("/static/consent.js").text


def test_se_05_remembered_consent_is_for_what_was_agreed(cast):
    browser = cast.browser()
    walk(cast, browser)
    assert "code" in answer(silent(cast, browser))
    e_redir(silent(cast, browser, scope="openid email"), "consent_required")
    e_redir(
        silent(cast, browser, skip_consent="true", trusted="1", scope="openid email"),
        "consent_required",
    )


CHANGES = {
    "SE-05-name": {"client_name": "Bank of Examples"},
    "SE-05-host": {"redirect_uris": ("https://a.example/cb", "https://evil.example/cb")},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_consent_is_asked_again_when_the_client_changes(cast, change):
    browser = cast.browser()
    cast.op.change_client(cast.a.client_id, client_name="A small shop")
    walk(cast, browser)
    assert "code" in answer(silent(cast, browser))
    cast.op.change_client(cast.a.client_id, **change)
    e_redir(silent(cast, browser), "consent_required")


def test_se_05_a_public_client_is_asked_about_each_time(cast):
    browser = cast.browser()
    walk(cast, browser, cast.p)
    e_redir(silent(cast, browser, cast.p), "consent_required")
    cast.op.change_client(cast.p.client_id, skip_consent=True)
    uri = "com.example.p:/cb"
    e_redir(silent(cast, browser, cast.p, redirect_uri=uri), "consent_required")


def test_se_05_consent_ends_with_its_time(cast, clock):
    browser = cast.browser()
    walk(cast, browser)
    clock.shift(91 * 86_400)
    enter(cast, browser)
    e_redir(silent(cast, browser), "consent_required")


def test_se_06_every_scope_is_shown(cast):
    browser = cast.browser()
    enter(cast, browser)
    cast.op.change_client(cast.a.client_id, scope=("openid", "email", "books"))
    page = browser.get("/authorize", cast.asks(scope="openid email books")).follow()
    shown = [li["data-scope"] for li in elements(page).of("li") if "data-scope" in li]
    assert shown == ["email", "books"]


def test_se_15_an_expired_account_needs_its_password(cast, make_cast_with, clock):
    other = make_cast_with()
    browser = cast.browser()
    enter(other, browser)
    clock.shift(6 * 86_400 + 3600 * 20)
    enter(cast, browser)
    clock.shift(5 * 3600)
    page = browser.get("/authorize", cast.asks(prompt="select_account")).follow()
    sids = re.findall(r'name="account" value="([^"]+)"', page.text)
    assert len(sids) == 1
    for sid in ("", "x", other.victim, f"{other.victim}:x"):
        fields = dict(page.form.submit_fields()) | {"account": sid}
        response = browser.post(page.form.action, fields, headers=OWN_FORM, status="*")
        assert "code=" not in response.headers.get("Location", "")


HOSTILE = {
    "SE-16-hint": {"login_hint": '"><script>alert(1)</script>'},
    "SE-16-long-hint": {"login_hint": "x" * 30_000},
    "SE-16-locales": {"ui_locales": "../../etc/passwd en'\"<x \0"[:-1]},
    "SE-16-many-locales": {"ui_locales": "x-" * 9000},
    "SE-16-display": {"display": 'popup"><b>'},
    "SE-16-acr": {"acr_values": '"><script> ${7*7}'},
    "SE-16-claims-locales": {"claims_locales": "../x"},
}


@pytest.mark.parametrize("more", HOSTILE.values(), ids=HOSTILE)
def test_hostile_wishes(shared, more):
    browser = shared.browser()
    response = wire.call(
        shared.op,
        "/authorize",
        method="POST",
        body="&".join(f"{k}={quote(v)}" for k, v in shared.asks(**more).items()).encode(),
    )
    if "error=" in response.headers["Location"]:
        e_redir(response, "invalid_request")
        return
    page = browser.get(response.headers["Location"])
    while page.status_int == 303:
        page = browser.get(page.headers["Location"])
    found = elements(page)
    assert all(script.get("src", "").startswith("/static/") for script in found.of("script"))
    assert found.of("html")[0]["lang"] in {"en", "de"}
    assert "49" not in page.html.text
    username = next(i for i in found.of("input") if i.get("id") == "username")
    assert username.get("value", "") == more.get("login_hint", "")[:254]


def test_se_17_a_finished_interaction_is_finished(cast):
    browser = cast.browser()
    first = browser.get("/authorize", cast.asks())
    login = first.follow()
    consent = sign_in(browser, login, cast.username, PASSWORD).follow()
    assert "code" in answer_of(allow(consent))
    for form, fields in (
        (consent.forms["consent-form"], {"decision": "allow"}),
        (login.forms["login-form"], {"username": cast.username, "password": PASSWORD}),
    ):
        sent = dict(form.submit_fields()) | fields
        again = browser.post(form.action, sent, headers=OWN_FORM)
        assert again.html.find(id="finished")
        assert browser.get(form.action).html.find(id="finished")


def test_se_18_acr_belongs_to_the_session(make_cast_with):
    cast = make_cast_with(**{"oidc.acr_values": "urn:pwd urn:mfa"})
    browser = cast.browser()
    walk(cast, browser)
    demand = '{"id_token": {"acr": {"essential": true, "values": ["urn:mfa"]}}}'
    e_redir(silent(cast, browser, claims=demand), "unmet_authentication_requirements")
    assert claims_of(tokens(cast, browser)["id_token"])["acr"] == "urn:pwd"


def test_se_19_an_interaction_can_not_be_guessed(shared, clock):
    browser = shared.browser()
    url = browser.get("/authorize", shared.asks()).headers["Location"]
    seal = url.split("/")[-2]
    for guess in (seal[:-1], seal + "A", "A" * len(seal), seal[:50], seal.swapcase(), f"{seal}="):
        response = browser.get(f"/interactions/{guess}/login", status="*")
        assert response.status_int in {400, 404}
    clock.shift(1801)
    e_page(browser.get(url, status="*"))
