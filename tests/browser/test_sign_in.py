"""Signing in at a relying party, as a person does it."""

import re
from contextlib import suppress

from playwright.sync_api import Error, expect

from tests.browser.walk import (
    AT_CONSENT,
    AT_PLAYGROUND,
    again,
    begin,
    decide,
    error_of,
    get_tokens,
    shown,
    sign_in,
    walk_in,
)


def test_from_the_welcome_page_to_userinfo(page, person):
    page.goto("/")
    page.click("#welcome-playground")
    page.click("#playground-begin")
    page.click("#to-provider")
    expect(page).to_have_url(re.compile(r"/login$"))
    sign_in(page, person.username, person.password)
    expect(page).to_have_url(AT_CONSENT)
    decide(page)
    expect(get_tokens(page)).to_contain_text(f"{person.username}@example.com")
    for step in ("discovery", "answer", "tokens", "userinfo"):
        expect(shown(page, step).locator(".badge.danger")).to_have_count(0)


def test_refresh_at_the_playground(page, person):
    walk_in(page, person, scope=("offline_access",))
    page.click("#do-refresh")
    expect(shown(page, "refresh").locator(".badge.danger")).to_have_count(0)


def test_consent_is_remembered(page, open_browser, person):
    walk_in(page, person)
    again(page)
    get_tokens(page)
    other = open_browser()
    begin(other)
    sign_in(other, person.username, person.password)
    expect(get_tokens(other)).to_contain_text(f"{person.username}@example.com")


def test_what_is_new_is_asked_and_marked(page, person):
    walk_in(page, person)
    begin(page, scope=("phone",))
    expect(page.locator("[data-scope=phone] .badge.new")).to_be_visible()
    expect(page.locator("[data-scope=email] .badge.new")).to_have_count(0)
    decide(page)
    get_tokens(page)


def test_no_is_told_to_the_application(page, person):
    begin(page)
    sign_in(page, person.username, person.password)
    decide(page, "deny")
    assert error_of(page) == "access_denied"
    expect(page.locator("#do-tokens")).to_have_count(0)


def test_cancel_at_the_login_page(page):
    begin(page)
    page.click("#login-cancel")
    assert error_of(page) == "access_denied"


def test_wrong_password_then_the_right_one(page, person):
    begin(page)
    sign_in(page, person.username, "not the password")
    expect(page.locator("#login-error")).to_be_visible()
    expect(page.locator("#username")).to_have_value(person.username)
    expect(page.locator("#password")).to_have_value("")
    sign_in(page, person.username, person.password)
    decide(page)
    get_tokens(page)


def test_with_keys_alone(page, person):
    begin(page)
    expect(page.locator("#username")).to_be_focused()
    page.keyboard.type(person.username)
    page.keyboard.press("Tab")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    page.wait_for_url(AT_CONSENT)
    press(page, "consent-allow", AT_PLAYGROUND)
    for button, step in (("do-tokens", "tokens"), ("do-userinfo", "userinfo")):
        press(page, button, re.compile("#entry-"))
        expect(shown(page, step)).to_be_visible()
    expect(shown(page, "userinfo")).to_contain_text(person.username)


def press(page, name, then, *, tries=5):
    """Go to a button with Tab, and press it with Enter; again, if it was still at rest."""
    button = page.locator(f"#{name}")
    for _ in range(tries):
        expect(button).to_be_enabled()
        tab_to(button)
        page.keyboard.press("Enter")
        with suppress(Error):
            page.wait_for_url(then, timeout=8_000)
            return
    raise AssertionError(f"#{name} does nothing on {page.url}")


def tab_to(button, most=40):
    """Press Tab until it is there; what has the focus must be seen to have it."""
    for _ in range(most):
        button.page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            assert button.evaluate("button => getComputedStyle(button).outlineStyle") != "none"
            return


def test_german(open_browser, person):
    page = open_browser(locale="de-DE")
    begin(page)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#login-submit")).to_have_text("Anmelden")
    sign_in(page, person.username, "falsch")
    expect(page.locator("#login-error")).to_contain_text("falsch")
    sign_in(page, person.username, person.password)
    expect(page.locator("#consent-allow")).to_have_text("Erlauben")
    decide(page)
    get_tokens(page)


def test_ui_locales_of_the_application(page):
    begin(page, ui_locales="de")
    expect(page.locator("#login-submit")).to_have_text("Anmelden")
