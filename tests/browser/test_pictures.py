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

    def look(name):
        fits(page)
        shoot(page, f"{name}-{screen}")

    page.goto("/")
    look("welcome")
    page.goto("/playground/")
    look("playground")
    begin(page, prompt="consent", scope=("offline_access",))
    look("login")
    sign_in(page, "alice", "wrong")
    expect(page.locator("#login-error")).to_be_visible()
    look("login-error")
    sign_in(page, "alice")
    page.wait_for_timeout(AT_REST)
    expect(page.locator("#consent-allow")).to_be_enabled()
    look("consent")
    decide(page)
    get_tokens(page)
    look("playground-run")
    page.goto("/account")
    look("account")
    page.goto("/end_session")
    look("logout")
    page.goto(UNKNOWN)
    expect(page.locator("#oauth-error")).to_be_visible()
    look("error")


def fits(page):
    """Nothing makes the page scroll sideways (WCAG 2.2, 1.4.10)."""
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0, page.url
