"""SE-02, SE-03, SE-20: forms that only our own pages can send."""

import pytest

from oidc_pyramid.testing import OWN_FORM
from tests.functional.attacks.cast import PASSWORD, code_of
from tests.functional.attacks.handles import cookies_of
from tests.functional.attacks.musts import e_page
from tests.functional.attacks.person import FORMS, SESSION, enter, form_of, signed_in_at

ORIGINS = {
    "nothing": {},
    "null": {"Origin": "null"},
    "evil": {"Origin": "https://evil.example"},
    "suffix": {"Origin": "https://op.example.evil.example"},
    "http": {"Origin": "http://op.example"},
    "port": {"Origin": "https://op.example:8443"},
    "evil-referer": {"Referer": "https://evil.example/op.example"},
    "cross-site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://op.example"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "none": {"Sec-Fetch-Site": "none"},
    "odd": {"Sec-Fetch-Site": "same-origin, cross-site"},
}


@pytest.mark.parametrize("name", FORMS)
def test_se_02_03_20_forms_of_other_origins(cast, name):
    browser, action, fields = form_of(cast, name)
    before = cookies_of(browser)
    for headers in ORIGINS.values():
        e_page(browser.post(action, fields, headers=headers, status="*"))
    nothing_happened(cast, name, browser, before)


@pytest.mark.parametrize("name", FORMS)
def test_se_02_03_20_forms_without_a_good_token(cast, name):
    browser, action, fields = form_of(cast, name)
    _, _, others = form_of(cast, name)
    elsewhere = {form: form_of(cast, form)[2]["csrf_token"] for form in FORMS if form != name}
    before = cookies_of(browser)
    for token in (None, "", "x", others["csrf_token"], *elsewhere.values()):
        sent = {k: v for k, v in fields.items() if k != "csrf_token"}
        sent |= {} if token is None else {"csrf_token": token}
        e_page(browser.post(action, sent, headers=OWN_FORM, status="*"))
    twice = [*fields.items(), ("csrf_token", fields["csrf_token"])]
    e_page(browser.post(action, twice, headers=OWN_FORM, status="*"))
    nothing_happened(cast, name, browser, before)


@pytest.mark.parametrize("name", FORMS)
def test_se_02_no_form_is_a_link(cast, name):
    browser, action, fields = form_of(cast, name)
    before = cookies_of(browser)
    browser.get(action, fields, status="*")
    for method in ("PUT", "PATCH", "DELETE"):
        browser.request(action, method=method, status=405)
    nothing_happened(cast, name, browser, before)


@pytest.mark.parametrize("name", FORMS)
def test_se_02_the_form_of_this_browser_works(cast, name):
    browser, action, fields = form_of(cast, name)
    response = browser.post(action, fields, headers=OWN_FORM, status="*")
    assert response.status_int in {200, 303}


def nothing_happened(cast, name, browser, before):
    assert signed_in_at(browser) is (name not in {"login", "account-login"})
    assert cookies_of(browser).get(SESSION) == before.get(SESSION)
    with cast.op.provider() as provider:
        user, grant = (
            provider.users[cast.victim],
            provider.grants.get(cast.victim, cast.a.client_id),
        )
        assert user.generation == 1
        assert grant is None


def test_se_03_consent_is_for_what_was_shown(cast):
    browser = cast.browser()
    enter(cast, browser)
    small = browser.get("/authorize", cast.asks()).follow()
    large = browser.get("/authorize", cast.asks(scope="openid email")).follow()
    other = browser.get("/authorize", cast.asks(cast.b)).follow()
    fields = dict(small.forms["consent-form"].submit_fields()) | {"decision": "allow"}
    for page in (large, other):
        action = page.forms["consent-form"].action
        e_page(browser.post(action, fields, headers=OWN_FORM, status="*"))
    tampered = fields | {"scope": "openid email admin", "client_id": cast.b.client_id}
    response = browser.post(small.forms["consent-form"].action, tampered, headers=OWN_FORM)
    assert response.headers["Location"].startswith(cast.a.redirect_uri)
    with cast.op.provider() as provider:
        assert provider.grants.get(cast.victim, cast.a.client_id).scope == ("openid",)


def test_se_03_consent_of_another_person(cast, make_cast_with):
    other = make_cast_with()
    ours, theirs = cast.browser(), other.browser()
    enter(cast, ours)
    enter(other, theirs)
    page = ours.get("/authorize", cast.asks()).follow()
    fields = dict(page.forms["consent-form"].submit_fields()) | {"decision": "allow"}
    e_page(theirs.post(page.forms["consent-form"].action, fields, headers=OWN_FORM, status="*"))


def test_se_20_a_new_password_needs_the_old_one(cast):
    browser = cast.browser()
    enter(cast, browser)
    form = browser.get("/account/password").forms["password-form"]
    form["current_password"] = "a guess"
    form["new_password"] = form["new_password_again"] = "evil evil evil"
    form.submit(headers=OWN_FORM)
    assert code_of(cast)


def test_se_02_sign_up_is_a_form_like_the_others(make_cast_with):
    cast = make_cast_with(**{"oidc.signup": "true"})
    browser = cast.browser()
    pages = [browser.get("/account/signup")]
    pages.append(browser.get("/authorize", cast.asks()).follow().click("Create an account"))
    for page in pages:
        form = page.forms["signup-form"]
        name = f"made-{cast.username}"
        fields = dict(form.submit_fields()) | {"username": name}
        fields |= {"password": PASSWORD, "password_again": PASSWORD}
        for headers in ORIGINS.values():
            e_page(browser.post(form.action, fields, headers=headers, status="*"))
        for token in (
            "",
            "x",
            pages[0 if page is pages[1] else 1].forms["signup-form"]["csrf_token"].value,
        ):
            sent = fields | {"csrf_token": token}
            e_page(browser.post(form.action, sent, headers=OWN_FORM, status="*"))
        with cast.op.provider() as provider:
            assert provider.users.by_username(name) is None
