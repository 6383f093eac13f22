"""What people do besides walking straight on: back, old tabs, two clicks, no JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.walk import (
    AT_CONSENT,
    AT_PLAYGROUND,
    begin,
    decide,
    error_of,
    get_tokens,
    sign_in,
    walk_in,
)


def test_back_after_the_end(page, person):
    begin(page)
    login = page.url
    sign_in(page, person.username, person.password)
    page.wait_for_url(AT_CONSENT)
    consent = page.url
    decide(page)
    page.wait_for_url(AT_PLAYGROUND)
    page.go_back()
    expect(page.locator("#finished")).to_be_visible()
    for address in (login, consent):
        page.goto(address)
        expect(page.locator("#finished")).to_be_visible()


def test_back_before_the_end(page, person):
    begin(page)
    sign_in(page, person.username, person.password)
    page.wait_for_url(AT_CONSENT)
    page.go_back()
    sign_in(page, person.username, person.password)
    decide(page)
    get_tokens(page)


def test_a_stale_tab(page, person):
    begin(page)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#login-form")).to_be_visible()
    sign_in(page, person.username, person.password)
    decide(page)
    page.wait_for_url(AT_PLAYGROUND)
    sign_in(other, person.username, person.password)
    expect(other.locator("#finished")).to_be_visible()


def test_a_link_in_another_browser(page, open_browser):
    begin(page)
    other = open_browser()
    other.goto(page.url)
    expect(other.locator("#oauth-error")).to_be_visible()
    expect(other.locator("#login-form")).to_have_count(0)


def test_two_clicks_are_one(page, person):
    begin(page)
    sign_in(page, person.username, person.password)
    page.wait_for_url(AT_CONSENT)
    page.dblclick("#consent-allow", no_wait_after=True)
    get_tokens(page)


@pytest.mark.parametrize("response_mode", ["form_post", "fragment", "query"])
def test_response_modes(page, person, response_mode):
    found = walk_in(page, person, response_mode=response_mode)
    expect(found).to_contain_text(person.username)


def test_form_post_without_javascript(open_browser, person):
    page = open_browser(java_script_enabled=False)
    begin_without_scripts(page)
    sign_in(page, person.username, person.password)
    decide(page)
    page.click("#form-post-submit")
    expect(get_tokens(page)).to_contain_text(person.username)


def begin_without_scripts(page):
    page.goto("/playground/")
    page.click("#more-options")
    page.select_option("#response_mode", "form_post")
    page.click("#playground-begin")
    page.click("#to-provider")


def test_an_error_is_shown_and_goes_nowhere(page):
    page.goto("/authorize?client_id=nobody&response_type=code&redirect_uri=https://evil.example/")
    expect(page.locator("#oauth-error")).to_be_visible()
    expect(page).to_have_url(re.compile(r"^http://localhost"))


def test_prompt_none_without_a_session(page):
    begin(page, prompt="none")
    assert error_of(page) == "login_required"
