"""A form that does not say where it comes from: the log says what was missing."""

import logging

import pytest


@pytest.mark.parametrize(
    "headers, said",
    [
        ({}, "neither Sec-Fetch-Site nor Origin nor Referer was sent"),
        ({"Origin": "https://evil.example"}, "Origin: 'https://evil.example'"),
        ({"Sec-Fetch-Site": "cross-site"}, "Sec-Fetch-Site: 'cross-site'"),
    ],
)
def test_why_a_form_is_refused(browser, alice, caplog, headers, said):
    form = browser.get("/account").follow().forms["login-form"]
    form["username"], form["password"] = "alice", "wonderland"
    with caplog.at_level(logging.INFO, "oidc_pyramid.errors"):
        browser.post(form.action, form.submit_fields("login"), headers=headers, status=400)
    assert "form-origin" in caplog.text
    assert said in caplog.text
