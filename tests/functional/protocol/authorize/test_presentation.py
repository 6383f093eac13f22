"""How the pages look and speak: ``ui_locales``, ``display`` (Core §3.1.2.1, §5.2)."""

import pytest

from tests.functional.protocol.steps import ask, page_of, refused_page

pytestmark = [pytest.mark.spec("Core", "3.1.2.1"), pytest.mark.spec("Core", "15.1")]


def language(page):
    return page.html.select_one("html")["lang"]


@pytest.mark.parametrize("wish", ["de", "de-AT", "se de en", "DE", "fr-CA fr de"])
def test_a_german_page(rp, browser, wish):
    page = ask(browser, rp, ui_locales=wish).follow()
    assert language(page) == "de"
    assert "Anmelden" in page.text


@pytest.mark.parametrize("wish", ["se", "x-nonsense", "ü", "de_DE.UTF-8", "a" * 300, "a" * 9000])
def test_a_wish_that_nobody_can_fulfil_is_no_error(rp, browser, wish):
    response = ask(browser, rp, ui_locales=wish)
    assert page_of(response) == "login"
    assert language(response.follow()) == "en"


@pytest.mark.parametrize("name", ["ui_locales", "claims_locales", "acr_values"])
def test_a_long_wish_is_no_error(rp, browser, name):
    assert page_of(ask(browser, rp, **{name: " ".join(["x" * 9000, "de"] * 3)})) == "login"


def test_the_request_comes_before_the_browser(op, rp):
    browser = op.browser(**{"Accept-Language": "de"})
    assert language(ask(browser, rp).follow()) == "de"
    assert language(ask(browser, rp, ui_locales="en").follow()) == "en"


def test_errors_are_told_in_german_too(op, rp, browser):
    page = browser.get("/authorize", {"client_id": "nobody", "ui_locales": "de"}, status=400)
    assert refused_page(page, "invalid_client")
    assert language(page) == "de"


@pytest.mark.parametrize("display", ["page", "popup", "touch", "wap", "hologram"])
def test_display_is_never_an_error(rp, browser, display):
    assert page_of(ask(browser, rp, display=display)) == "login"
