"""The pages in between: bound to one browser, one request, one answer (Core §3.1.2.3)."""

import pytest

from oidc_pyramid.testing import OWN_FORM, allow, answer_of, authorize, sign_in
from tests.functional.protocol.steps import ask, refused_page

pytestmark = [pytest.mark.spec("Core", "3.1.2.3")]


def post(page, name="login-form", headers=OWN_FORM, **more):
    form = page.forms[name]
    fields = {**dict(form.submit_fields()), **more}
    return page.test_app.post(form.action, fields, headers=headers, expect_errors=True)


@pytest.fixture
def login(rp, browser):
    page = ask(browser, rp).follow()
    page.forms["login-form"]["username"] = "alice"
    page.forms["login-form"]["password"] = "wonderland"
    return page


@pytest.mark.spec("RFC 6749", "10.12")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/https://op.example"},
    ],
)
def test_a_form_of_another_site_signs_nobody_in(login, headers):
    assert refused_page(post(login, headers=headers))


@pytest.mark.spec("RFC 6749", "10.12")
@pytest.mark.parametrize("token", ["", "nonsense", "ü"])
def test_a_form_without_our_token_signs_nobody_in(login, token):
    assert refused_page(post(login, csrf_token=token))


@pytest.mark.spec("RFC 6749", "10.12")
def test_the_token_of_another_request_is_no_good(rp, browser, login):
    other = ask(browser, rp, state="another").follow()
    token = other.forms["login-form"]["csrf_token"].value
    assert refused_page(post(login, csrf_token=token))


def test_an_old_browser_says_where_it_comes_from(login, op):
    response = post(login, headers={"Origin": op.issuer})
    assert response.headers["Location"].endswith("/consent")


def test_another_browser_can_not_go_on(op, rp, login):
    address = login.request.url
    assert refused_page(op.browser().get(address, status=400))


def test_it_does_not_last_for_ever(login, clock):
    clock.shift(1801)
    assert refused_page(post(login))


def test_what_is_not_ours(browser):
    for name in ("nonsense", "A" * 200, "A" * 70_000, "%C3%A9"):
        response = browser.get(f"/interactions/{name}/login", expect_errors=True)
        assert response.status_int in (400, 404)
        assert response.html.select_one("#oauth-error")


@pytest.mark.spec("RFC 9700", "4.12")
def test_no_password_is_ever_sent_on(login):
    response = post(login)
    assert response.status_int == 303


@pytest.mark.spec("RFC 6749", "10.13")
def test_no_page_can_be_framed(login):
    assert "frame-ancestors 'none'" in login.headers["Content-Security-Policy"]
    assert login.headers["X-Frame-Options"] == "DENY"


def test_the_back_button_gives_no_second_code(op, rp, browser, login):
    consent = sign_in(browser, login, "alice", "wonderland").follow()
    assert "code" in answer_of(allow(consent))
    again = post(consent, "consent-form", decision="allow")
    assert again.html.select_one("#finished")
    assert browser.get(login.request.url).html.select_one("#finished")


def test_what_the_client_lost_meanwhile_is_not_granted(op, rp, browser, login):
    op.change_client(rp.client_id, redirect_uris=("https://elsewhere.example/cb",))
    assert refused_page(post(login))


def test_the_consent_page_can_not_be_had_before_the_login(op, rp, browser, login):
    address = login.request.url.replace("/login", "/consent")
    response = browser.get(address)
    assert response.headers["Location"].endswith("/login")


def test_the_session_cookie_changes_at_the_sign_in(op, rp, browser, login):
    authorize(op, browser, rp)
    before = browser.cookies["__Host-oidc_session"]
    authorize(op, browser, rp, prompt="login")
    assert browser.cookies["__Host-oidc_session"] != before
