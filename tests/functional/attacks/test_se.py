"""SE: sessions, forms, consent, sign-out."""

import re
from urllib.parse import quote

import pytest

from oidc_pyramid.testing import OWN_FORM, allow, answer_of, sign_in
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD, code_of, tokens, walk
from tests.functional.attacks.claims import claims_of, forged
from tests.functional.attacks.handles import cookies_of
from tests.functional.attacks.musts import answer, e_page, e_redir, elements, is_page, no_5xx
from tests.functional.attacks.test_ru import WRONG

SESSION = "__Host-oidc_session"
BINDING = "__Host-oidc_binding"


def signed_in_at(browser):
    return browser.get("/account", status="*").status_int == 200


def enter(cast, browser, **options):
    form = browser.get("/account/login").forms["login-form"]
    form["username"], form["password"] = cast.username, PASSWORD
    return browser.post("/account/login", form.submit_fields(), headers=OWN_FORM, **options)


def test_se_01_the_cookie_changes_with_each_sign_in(cast):
    browser = cast.browser()
    seen = []
    for _ in range(2):
        enter(cast, browser)
        seen.append(cookies_of(browser)[SESSION])
    assert len(set(seen)) == 2
    old = wire.call(cast.op, "/account", headers=[("Cookie", f"{SESSION}={seen[0]}")])
    assert old.status_int == 303


def test_se_01_a_value_that_was_planted_is_not_taken(cast):
    browser = cast.browser()
    browser.set_cookie("oidc_session", "planted")
    page = browser.get("/account/login")
    form = page.forms["login-form"]
    form["username"], form["password"] = cast.username, PASSWORD
    cookie = f"{SESSION}=planted; oidc_session=planted; {BINDING}={cookies_of(browser)[BINDING]}"
    response = wire.call(
        cast.op,
        "/account/login",
        method="POST",
        body="&".join(f"{k}={quote(v)}" for k, v in form.submit_fields()).encode(),
        headers=[("Cookie", cookie), *OWN_FORM.items()],
    )
    assert response.status_int == 303
    assert "planted" not in str(response.headers.getall("Set-Cookie"))
    for name in (SESSION, "oidc_session"):
        seen = wire.call(cast.op, "/account", headers=[("Cookie", f"{name}=planted")])
        assert seen.status_int == 303


def test_se_01_plain_names_count_for_nothing_on_https(cast):
    browser = cast.browser()
    enter(cast, browser)
    value = cookies_of(browser)[SESSION]
    response = wire.call(cast.op, "/account", headers=[("Cookie", f"oidc_session={value}")])
    assert response.status_int == 303


def test_se_07_the_attributes_of_each_cookie(cast):
    browser = cast.browser()
    answers = [browser.get("/account/login"), enter(cast, browser)]
    cookies = [c for a in answers for c in a.headers.getall("Set-Cookie")]
    assert len(cookies) >= 3
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        assert name.startswith("__Host-")
        lower = {attribute.lower() for attribute in attributes}
        assert {"secure", "path=/"} <= lower
        assert "httponly" in lower
        assert "samesite=lax" in lower
        assert not [a for a in lower if a.startswith("domain")]
    values = cookies_of(browser)
    assert all(len(values[name]) >= 32 for name in (SESSION, BINDING))
    assert cast.victim not in str(values)


@pytest.mark.parametrize(
    "spelling",
    [
        "{name}={value}; {name}={value}",
        "{name}=other; {name}={value}",
        '{name}="{value}"',
        "$Version=1; {name}={value}; $Path=/; {name}=x",
        "{name}={octal}",
        "{name} ={value}x",
        "{lower}={value}",
        "{name}={value}\x00",
        "{name}=",
    ],
    ids=lambda spelling: f"SE-07-{spelling[:20]}",
)
def test_odd_cookies_are_no_session(cast, spelling):
    browser = cast.browser()
    enter(cast, browser)
    value = cookies_of(browser)[SESSION]
    octal = f'"\\{ord(value[0]):o}{value[1:]}"'
    cookie = spelling.format(name=SESSION, value=value, octal=octal, lower=SESSION.lower())
    response = wire.call(cast.op, "/account", headers=[("Cookie", cookie)])
    assert no_5xx(response).status_int == 303


def test_wb_20_a_bomb_of_cookies(shared):
    cookie = "; ".join(f"{SESSION}=x{n}; junk{n}=y" for n in range(500)) + ";" * 9000
    assert no_5xx(wire.call(shared.op, "/account", headers=[("Cookie", cookie)])).status_int == 303


FORMS = ["account-login", "login", "consent", "select", "password", "sign-out", "end-session"]


def form_of(cast, name):
    """A form as the victim's browser has it: (browser, address, fields)."""
    browser = cast.browser()
    if name == "account-login":
        form = browser.get("/account/login").forms["login-form"]
    elif name == "login":
        form = browser.get("/authorize", cast.asks()).follow().forms["login-form"]
    elif name == "consent":
        enter(cast, browser)
        form = browser.get("/authorize", cast.asks()).follow().forms["consent-form"]
    elif name == "select":
        enter(cast, browser)
        form = browser.get("/authorize", cast.asks(prompt="select_account")).follow().form
    elif name == "password":
        enter(cast, browser)
        form = browser.get("/account/password").forms["password-form"]
    elif name == "sign-out":
        enter(cast, browser)
        forms = browser.get("/account").forms.values()
        form = next(f for f in forms if f.action.endswith("/account/logout"))
    else:
        enter(cast, browser)
        form = browser.get("/end_session").form
    fields = dict(form.submit_fields())
    fields |= {"username": cast.username, "password": PASSWORD, "decision": "allow"}
    fields |= {"current_password": PASSWORD, "new_password": "evil evil evil"}
    fields |= {"new_password_again": "evil evil evil"}
    if name == "end-session":
        fields["decision"] = "logout"
    return browser, form.action, fields


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


def pages(cast, browser):
    """Every kind of page, by name."""
    stranger = cast.browser()
    yield "welcome", stranger.get("/")
    yield "account-login", stranger.get("/account/login")
    yield "login", stranger.get("/authorize", cast.asks()).follow()
    yield "consent", browser.get("/authorize", cast.asks(prompt="consent")).follow()
    yield "select", browser.get("/authorize", cast.asks(prompt="select_account")).follow()
    yield "form-post", browser.get("/authorize", cast.asks(response_mode="form_post"))
    yield "account", browser.get("/account")
    yield "password", browser.get("/account/password")
    yield "end-session", browser.get("/end_session")
    yield "logged-out", stranger.get("/end_session")
    yield "error", stranger.get("/authorize", status=400)
    yield "not-found", stranger.get("/nothing", status=404)
    yield "form-error", stranger.post("/account/login", status=400)


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


def silent(cast, browser, rp=None, **more):
    return cast.authorize(cast.asks(rp, prompt="none", **more), browser=browser)


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
    e_redir(silent(cast, browser, claims=demand), "login_required")
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


def test_se_20_a_new_password_needs_the_old_one(cast):
    browser = cast.browser()
    enter(cast, browser)
    form = browser.get("/account/password").forms["password-form"]
    form["current_password"] = "a guess"
    form["new_password"] = form["new_password_again"] = "evil evil evil"
    form.submit(headers=OWN_FORM)
    assert code_of(cast)
