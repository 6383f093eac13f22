"""Each error has an id that finds the full reason in the log; in development the page says more."""

import logging

import pytest

from oidc_pyramid.testing import authorization_request, redeem
from tests.functional.protocol.steps import ask, error_of, refused_page

LOG = "oidc_pyramid.errors"


@pytest.fixture
def logged(caplog):
    """The lines of the log that hold this id."""
    caplog.set_level(logging.INFO, LOG)

    def lines(error_id=""):
        found = [r.getMessage() for r in caplog.records if r.name == LOG]
        return [line for line in found if line.startswith(error_id)]

    return lines


def wrong_address(browser, rp):
    params = authorization_request(rp, redirect_uri="https://evil.example/cb")
    response = browser.get("/authorize", params, status=400)
    assert refused_page(response)
    return response


def test_the_id_on_the_page_finds_the_reason(rp, browser, logged):
    page = wrong_address(browser, rp)
    error_id = page.html.select_one("#error-id").text
    (line,) = logged(error_id)
    assert "check=redirect-uri-registered" in line
    assert "RFC 9700 §2.1" in line
    assert "https://evil.example/cb" in line
    assert "evil.example" not in page.text


def test_each_error_has_its_own(rp, browser):
    ids = {wrong_address(browser, rp).html.select_one("#error-id").text for _ in range(3)}
    assert len(ids) == 3


def test_what_goes_back_to_the_client_is_logged_too(rp, browser, logged):
    assert error_of(ask(browser, rp, prompt="none"), rp) == "login_required"
    (line,) = logged()
    assert "check=prompt-none" in line


def test_what_a_program_is_told_is_logged_too(rp, browser, logged):
    redeem(browser, rp, "nonsense", status=400)
    (line,) = logged()
    assert "check=code-known" in line
    assert "not the text of a seal" in line


def test_the_log_holds_no_secrets_and_no_line_breaks(rp, browser, logged):
    browser.get(
        "/authorize", {**authorization_request(rp), "redirect_uri": "x\r\nFAKE"}, status=400
    )
    browser.post("/token", {"client_id": rp.client_id, "client_secret": "s3cret"}, status=401)
    browser.get("/userinfo", headers={"Authorization": "Bearer t0ken"}, status=401)
    text = "\n".join(logged())
    assert len(logged()) == 3
    assert "s3cret" not in text
    assert "t0ken" not in text
    assert "\r" not in text
    assert text.count("\n") == 2


def test_the_page_explains_nothing_by_default(rp, browser):
    assert not wrong_address(browser, rp).html.select_one(".explain")


def test_the_page_explains_itself_in_development(own_op):
    op = own_op(explain_errors="true", development="true")
    rp, browser = op.add_client(), op.browser()
    text = wrong_address(browser, rp).html.select_one(".explain").text
    assert "redirect-uri-registered" in text
    assert "RFC 9700 §2.1" in text
    assert "https://evil.example/cb" in text
    assert "byte by byte" in text


def test_what_was_sent_is_no_markup_in_the_explanation(own_op):
    op = own_op(explain_errors="true", development="true")
    rp = op.add_client()
    params = authorization_request(rp, redirect_uri="https://x/<script>alert(1)</script>")
    page = op.browser().get("/authorize", params, status=400)
    assert "<script>alert" not in page.text


def test_a_page_that_is_not_there(browser):
    page = browser.get("/nowhere", status=404)
    assert page.html.select_one("#oauth-error")["data-error"] == "not_found"
    answer = browser.get("/nowhere", headers={"Accept": "application/json"}, status=404)
    assert answer.json == {"error": "not_found"}
