"""How the pages look: kept as pictures for people, and held to what a program can see."""

import pytest
from playwright.sync_api import expect

from tests.browser.walk import begin, decide, get_tokens, sign_in

SCREENS = {
    "light": {"viewport": {"width": 1120, "height": 760}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1120, "height": 760}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 375, "height": 667}, "color_scheme": "light"},
}
AT_REST = 600  # the button is, for a moment after the page was painted
UNKNOWN = "/authorize?client_id=nobody&response_type=code&redirect_uri=https://rp.example/"


@pytest.mark.parametrize("screen", SCREENS)
def test_pictures(open_browser, shoot, screen):
    options = SCREENS[screen]
    page = open_browser(**options)

    def look(name, selector):
        expect(page.locator(selector)).to_be_visible()
        fits(page)
        shoot(page, f"{name}-{screen}")

    page.goto("/")
    look("welcome", "#development")
    page.goto("/playground/")
    look("playground", "#playground-begin")
    begin(page, prompt="consent", scope=("offline_access",))
    look("login", "#login-form")
    sign_in(page, "alice", "wrong")
    look("login-error", "#login-error")
    sign_in(page, "alice")
    expect(page.locator("#consent-allow")).to_be_visible()
    page.wait_for_timeout(AT_REST)
    look("consent", "#consent-allow:enabled")
    decide(page)
    get_tokens(page)
    look("playground-run", "details[data-name=userinfo]")
    page.goto("/account")
    look("account", "#applications")
    page.goto("/end_session")
    look("logout", "#logout-confirm")
    page.goto(UNKNOWN)
    look("error", "#oauth-error")


def fits(page):
    """Nothing makes the page scroll sideways (WCAG 2.2, 1.4.10)."""
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0, page.url
