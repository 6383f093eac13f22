"""The steps of a person at the playground and at the provider."""

import re

PEOPLE = {"alice": "wonderland", "bob": "builder"}
AT_CONSENT = re.compile(r"/consent$")
AT_PLAYGROUND = re.compile(r"/playground/runs/")


def begin(page, *, scope=(), **choices):
    """Choose on the playground's start page, and go to the provider."""
    page.goto("/playground/")
    for name in scope:
        page.check(f"#scope-{name}")
    if choices:
        page.click("#more-options")
    for name, value in choices.items():
        field = page.locator(f"#{name}")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.click("#playground-begin")
    page.click("#to-provider")


def again(page, prompt=""):
    """Once more from the end of a run, with this ``prompt``."""
    page.click(f"#again-{prompt}" if prompt else "#again")
    page.click("#to-provider")


def sign_in(page, username, password=None):
    """Fill in the login page."""
    page.fill("#username", username)
    page.fill("#password", password or PEOPLE[username])
    page.click("#login-submit")


def decide(page, decision="allow"):
    """Answer the consent page, once its script has run: the button rests for a moment then."""
    page.wait_for_url(AT_CONSENT)
    page.click(f"#consent-{decision}")


def get_tokens(page):
    """Redeem the code and ask UserInfo; what the playground shows then."""
    page.wait_for_url(AT_PLAYGROUND)
    page.click("#do-tokens")
    page.click("#do-userinfo")
    return shown(page, "userinfo")


def walk_in(page, person, **choices):
    """The whole way for somebody who comes for the first time."""
    begin(page, **choices)
    sign_in(page, person.username, person.password)
    decide(page)
    return get_tokens(page)


def shown(page, step):
    """The last entry of this name in the playground's list."""
    page.wait_for_url(AT_PLAYGROUND)
    return page.locator(f"details[data-name={step}]").last


def error_of(page):
    """The error that the playground was told in the answer."""
    return shown(page, "answer").locator("[data-error]").get_attribute("data-error")
