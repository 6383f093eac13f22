"""WB-03, WB-04, WB-05: nothing that anybody sends becomes markup, script or template."""

from urllib.parse import quote, urlencode

import pytest

from oidc_pyramid.models.clients import Client
from oidc_pyramid.testing import OWN_FORM
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD, walk
from tests.functional.attacks.musts import elements, no_5xx

PAYLOADS = {
    "double": '"><xss-marker onload=alert(1)>',
    "single": "'><xss-marker>",
    "script": "</script><xss-marker>",
    "title": "</title></textarea><xss-marker>",
    "comment": "--><xss-marker><!--",
    "attribute": '" onfocus="alert(1)" autofocus x="',
    "address": "javascript:alert(1)",
    "template": "${7777*7777}{{7777*7777}}",
    "entity": "&#x22;&gt;&lt;xss-marker&gt;&quot;",
    "utf-7": "+ADw-xss-marker+AD4-",
    "separator": "\u2028<xss-marker>\u2029",
    "nul": "\0<xss-marker>",
}
ON = {"autofocus", "autocomplete"}


def inert(response):
    """A browser that parses this page runs nothing but our own files."""
    no_5xx(response)
    if not response.body:
        return
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        assert response.headers.get("X-Content-Type-Options") == "nosniff"
        return
    assert response.headers["Content-Type"].lower() == "text/html; charset=utf-8"
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag, attributes in elements(response).found:
        assert tag != "xss-marker"
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            target = (attributes.get(name) or "").strip().lower()
            assert not target.startswith(("javascript:", "data:", "vbscript:"))
        if tag == "script":
            assert attributes["src"].startswith("/static/")
        assert tag not in {"iframe", "object", "embed", "base"}
    assert str(7777 * 7777) not in response.text


@pytest.fixture(scope="module")
def talkative(make_cast_with):
    """Where error pages say everything, and people may sign up."""
    settings = {"oidc.development": "true", "oidc.explain_errors": "true", "oidc.signup": "true"}
    return make_cast_with(**settings)


NAMES = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "display",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "request",
    "request_uri",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "registration",
    "unknown",
]


@pytest.mark.parametrize("name", NAMES)
def test_wb_03_authorize(talkative, name):
    browser = talkative.browser()
    for payload in PAYLOADS.values():
        response = talkative.authorize(talkative.asks(**{name: payload}))
        inert(response)
        location = response.headers.get("Location", "")
        assert not location.lower().startswith("javascript")
        assert "<" not in location
        if "/interactions/" in location:
            page = browser.get("/authorize", talkative.asks(**{name: payload}))
            while page.status_int == 303 and "op.example" in page.headers["Location"]:
                page = browser.get(page.headers["Location"], status="*")
            inert(page)


@pytest.mark.parametrize("name", NAMES)
def test_wb_03_form_post_to_the_client(talkative, name):
    for payload in PAYLOADS.values():
        asked = talkative.asks(**{"response_mode": "form_post", "prompt": "none", name: payload})
        inert(talkative.authorize(asked))


LOGOUT = (
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
    "unknown",
)


@pytest.mark.parametrize("name", LOGOUT)
def test_wb_03_end_session(talkative, name):
    browser = talkative.browser()
    walk(talkative, browser)
    for payload in PAYLOADS.values():
        asked = {"client_id": talkative.a.client_id, name: payload}
        inert(browser.get("/end_session", asked, status="*"))
        inert(wire.call(talkative.op, f"/end_session?{urlencode(asked)}"))


PLACES = (
    "/{}",
    "/{}/x",
    "/interactions/{}",
    "/interactions/{}/login",
    "/account/{}",
    "/static/{}",
    "/static/icons/{}",
    "/clients/{}",
    "/.well-known/{}",
    "/?{}",
    "/account/login?{}={}",
)


@pytest.mark.parametrize("place", PLACES)
def test_wb_03_addresses(talkative, place):
    for payload in PAYLOADS.values():
        inert(wire.call(talkative.op, place.replace("{}", quote(payload, safe=""))))


@pytest.mark.parametrize(
    "name", ["Host", "Referer", "User-Agent", "Accept-Language", "Accept", "Origin"]
)
def test_wb_03_headers(talkative, name):
    for payload in PAYLOADS.values():
        value = payload.encode("utf-8").decode("latin-1")
        for target in ("/", "/nothing", "/authorize", "/account/login", "/static/nothing"):
            inert(wire.call(talkative.op, target, headers=[(name, value)]))


FORMS = {
    "/account/login": ("login-form", ["username", "password"]),
    "/account/signup": ("signup-form", ["username", "name", "email", "password"]),
}


@pytest.mark.parametrize("address", FORMS)
def test_wb_03_forms(talkative, address):
    form_id, names = FORMS[address]
    browser = talkative.browser(**{"User-Agent": PAYLOADS["double"]})
    browser.extra_environ["REMOTE_ADDR"] = f"198.51.100.{len(names)}"
    fields = dict(browser.get(address).forms[form_id].submit_fields())
    for name in (*names, "csrf_token", "unknown"):
        for payload in PAYLOADS.values():
            sent = {**fields, "password_again": "x", name: payload}
            inert(browser.post(address, sent, headers=OWN_FORM, status="*"))


STORED = {
    "client_name": PAYLOADS.values(),
    "logo_uri": [
        "javascript:alert(1)",
        "http://evil.example/x.png",
        'https://a.example/"><xss-marker>',
    ],
    "client_uri": [
        "javascript:alert(1)",
        "data:text/html,<xss-marker>",
        'https://a.example/" onx="',
    ],
    "policy_uri": ["javascript:alert(1)", "vbscript:x"],
    "tos_uri": ["JaVaScRiPt:alert(1)", " javascript:alert(1)"],
}


@pytest.mark.parametrize("field", STORED)
def test_wb_04_what_a_client_says_of_itself(cast, field):
    browser = cast.browser()
    walk(cast, browser)
    for value in STORED[field]:
        with cast.op.provider() as provider:
            setattr(provider.clients[cast.a.client_id], field, value)
        for more in ({"prompt": "login"}, {"prompt": "consent"}, {"prompt": "select_account"}):
            inert(browser.get("/authorize", cast.asks(**more)).follow())
        inert(browser.get("/end_session", {"client_id": cast.a.client_id}))
        inert(browser.get("/account"))


@pytest.mark.parametrize("field", ["name", "given_name", "username", "picture", "nickname"])
def test_wb_04_what_a_person_says_of_themselves(cast, field):
    browser = cast.browser(**{"User-Agent": PAYLOADS["double"]})
    walk(cast, browser)
    for value in PAYLOADS.values():
        with cast.op.provider() as provider:
            setattr(provider.users[cast.victim], field, value)
        for more in ({"prompt": "login"}, {"prompt": "consent"}, {"prompt": "select_account"}):
            inert(browser.get("/authorize", cast.asks(**more)).follow())
        for address in ("/", "/account", "/account/password", "/end_session"):
            inert(browser.get(address))


def test_wb_04_a_name_from_a_registration_has_limits():
    for name in ("a\u202eb", "a\nb", "x" * 10_000, "a\u200bb"):
        from oidc_pyramid.protocol.client_metadata import validate
        from oidc_pyramid.protocol.errors import InvalidClientMetadata

        with pytest.raises(InvalidClientMetadata):
            validate({"redirect_uris": ["https://a.example/cb"], "client_name": name})


def test_wb_04_the_logo_is_the_one_foreign_picture(cast):
    cast.op.change_client(cast.a.client_id, logo_uri="https://cdn.example/a.png")
    page = cast.browser().get("/authorize", cast.asks()).follow()
    assert "img-src 'self' data: https://cdn.example;" in page.headers["Content-Security-Policy"]
    assert [i["referrerpolicy"] for i in elements(page).of("img")] == ["no-referrer"]


def test_wb_08_no_page_loads_from_elsewhere(shared, signed_in):
    from tests.functional.attacks.person import pages

    for name, page in pages(shared, signed_in):
        assert page.headers["Referrer-Policy"] == "no-referrer", name
        found = elements(page)
        for tag, attribute in (("script", "src"), ("link", "href"), ("img", "src")):
            for one in found.of(tag):
                assert one[attribute].startswith("/static/"), (name, one)
        for link in found.of("a"):
            if link.get("target") == "_blank":
                assert {"noopener", "noreferrer"} <= set(link["rel"].split())


def test_st_c2_the_name_of_a_client_in_every_language(cast):
    with cast.op.provider() as provider:
        client: Client = provider.clients[cast.a.client_id]
        client.client_name = '<b>${client}</b>"&amp;'
    for language in ("en", "de"):
        browser = cast.browser(**{"Accept-Language": language})
        page = browser.get("/authorize", cast.asks()).follow()
        inert(page)
        assert not elements(page).of("b")
        form = page.forms["login-form"]
        form["username"], form["password"] = cast.username, PASSWORD
        consent = form.submit(headers=OWN_FORM).follow()
        inert(consent)
        assert not elements(consent).of("b")
        assert '<b>${client}</b>"&amp;' in consent.html.find("h1").text
