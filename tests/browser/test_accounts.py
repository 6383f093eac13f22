"""Several accounts in one browser, and leaving."""

import re

from playwright.sync_api import expect

from tests.browser.walk import again, begin, decide, get_tokens, shown, sign_in, walk_in


def test_a_second_account_and_the_chooser(page, person):
    walk_in(page, person)
    again(page, "select")
    expect(page.locator(".account-choice:not(.another)")).to_have_count(1)
    page.click("#select-another")
    sign_in(page, "bob")
    decide(page)
    expect(get_tokens(page)).to_contain_text("bob@example.com")

    again(page, "select")
    expect(page.locator(".account-choice:not(.another)")).to_have_count(2)
    page.locator(".account-choice", has_text=person.username).click()
    expect(get_tokens(page)).to_contain_text(f"{person.username}@example.com")


def test_switching_at_the_consent_page(page, op, person):
    other = op.person()
    begin(page)
    sign_in(page, person.username, person.password)
    page.click("#switch-account")
    sign_in(page, other.username, other.password)
    expect(page.locator(".signed-in")).to_contain_text(other.username)
    decide(page)
    expect(get_tokens(page)).to_contain_text(f"{other.username}@example.com")


def test_sign_out_at_the_playground(page, person):
    walk_in(page, person)
    page.click("#do-logout")
    page.click("#to-logout")
    expect(page.locator("#signed-out")).to_be_visible()
    page.click("#signed-out a")
    expect(shown(page, "signed_out")).to_be_visible()
    page.goto("/account")
    expect(page.locator("#login-form")).to_be_visible()


def test_sign_out_that_nobody_vouches_for_is_asked(page, person):
    walk_in(page, person)
    page.goto("/end_session")
    page.click("#logout-cancel")
    expect(page.locator("#account-logout")).to_be_visible()
    page.goto("/end_session")
    page.click("#logout-confirm")
    expect(page.locator("#logged-out")).to_be_visible()


def test_account_page(page, person):
    walk_in(page, person)
    page.goto("/account")
    expect(page.locator("#applications")).to_contain_text("Playground")
    page.click("#applications summary")
    page.click("#applications button[value=email]")
    page.click("#applications summary")
    expect(page.locator("#applications button[value=email]")).to_have_count(0)
    expect(page.locator("#applications button[value=profile]")).to_be_visible()
    page.locator("#applications button[name=client_id]").click()
    expect(page.locator("#applications")).to_have_count(0)
    page.click("#account-logout")
    expect(page.locator("#logged-out")).to_be_visible()
    page.goto("/account")
    expect(page.locator("#login-form")).to_be_visible()


def test_signing_out_elsewhere(page, open_browser, person):
    walk_in(page, person)
    other = open_browser()
    other.goto("/account")
    sign_in(other, person.username, person.password)
    other.click("#end-other-sessions")
    expect(other.locator("#sessions li")).to_have_count(1)
    page.goto("/account")
    expect(page.locator("#login-form")).to_be_visible()


def test_a_new_password(page, person):
    page.goto("/account")
    sign_in(page, person.username, person.password)
    page.click("#change-password")
    page.fill("#current-password", person.password)
    page.fill("#new-password", "a mad tea party")
    page.fill("#new-password-again", "a mad tea party")
    page.click("#password-submit")
    expect(page.locator("#password-done")).to_be_visible()
    page.goto("/account")
    page.click("#account-logout")
    page.goto("/account")
    sign_in(page, person.username, person.password)
    expect(page.locator("#login-error")).to_be_visible()
    sign_in(page, person.username, "a mad tea party")
    expect(page).to_have_url(re.compile(r"/account$"))


def test_signing_up_on_the_way(page):
    begin(page)
    page.click("a[href*=signup]")
    page.fill("#username", "newcomer")
    page.fill("#email", "newcomer@example.com")
    page.fill("#password", "through the mirror")
    page.fill("#password-again", "through the mirror")
    page.click("#signup-submit")
    decide(page)
    expect(get_tokens(page)).to_contain_text("newcomer@example.com")
