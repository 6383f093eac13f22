"""Sign-out at a client's request, beyond what the suite looks at (RP-Initiated Logout 1.0)."""

import pytest

from oidc_pyramid.testing import OWN_FORM, authorize, code_flow
from tests.functional.protocol.steps import ask, error_of, refused_page

pytestmark = [pytest.mark.spec("RP-Initiated Logout", "2")]


@pytest.fixture
def rp(add_client):
    rp = add_client()
    rp.back = rp.redirect_uri + "/bye"
    return rp


@pytest.fixture
def hint(op, rp, browser):
    op.change_client(rp.client_id, post_logout_redirect_uris=(rp.back, rp.back + "?a=b"))
    return code_flow(op, browser, rp)["id_token"]


def leave(browser, status=None, **params):
    return browser.get("/end_session", params, status=status)


def signed_in(browser, rp):
    response = ask(browser, rp, prompt="none")
    return "error=" not in response.headers["Location"]


def decide(page, decision):
    form = page.forms["logout-form"]
    return form.submit("decision", value=decision, headers=OWN_FORM)


def test_by_post(rp, browser, hint):
    body = {"id_token_hint": hint, "post_logout_redirect_uri": rp.back, "state": "s"}
    response = browser.post("/end_session", body)
    assert response.headers["Location"] == f"{rp.back}?state=s"
    assert not signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "3")
def test_the_address_keeps_its_query(rp, browser, hint):
    address = f"{rp.back}?a=b"
    response = leave(browser, id_token_hint=hint, post_logout_redirect_uri=address, state="s t")
    assert response.headers["Location"] == f"{address}&state=s%20t"


def test_an_expired_hint_is_still_a_hint(rp, browser, hint, clock):
    clock.shift(3600)
    response = leave(browser, id_token_hint=hint, post_logout_redirect_uri=rp.back)
    assert response.headers["Location"] == rp.back


def test_client_id_has_to_fit_the_hint(rp, add_client, browser, hint):
    other = add_client()
    assert refused_page(leave(browser, 400, id_token_hint=hint, client_id=other.client_id))
    assert signed_in(browser, rp)
    leave(browser, id_token_hint=hint, client_id=rp.client_id)
    assert not signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "3")
def test_client_id_without_a_hint_needs_a_yes(rp, browser, hint):
    page = leave(browser, client_id=rp.client_id, post_logout_redirect_uri=rp.back, state="s")
    assert signed_in(browser, rp)
    assert decide(page, "logout").headers["Location"] == f"{rp.back}?state=s"
    assert not signed_in(browser, rp)


def test_a_person_may_stay(rp, browser, hint):
    page = leave(browser, client_id=rp.client_id, post_logout_redirect_uri=rp.back)
    response = decide(page, "stay")
    assert rp.back not in response.headers.get("Location", "")
    assert signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "6")
def test_no_other_site_can_say_yes(rp, browser, hint):
    form = leave(browser, client_id=rp.client_id).forms["logout-form"]
    fields = {**dict(form.submit_fields()), "decision": "logout"}
    evil = {"Sec-Fetch-Site": "cross-site"}
    assert refused_page(browser.post("/end_session", fields, headers=evil, status=400))
    assert signed_in(browser, rp)


def test_the_hint_of_somebody_else_needs_a_yes(op, rp, hint):
    browser = op.browser()
    authorize(op, browser, rp, "bob", "builder-builder")
    page = leave(browser, id_token_hint=hint, post_logout_redirect_uri=rp.back)
    assert page.html.select_one("#logout-confirm")
    assert signed_in(browser, rp)


def test_who_is_meant_leaves_and_others_stay(op, rp, browser, hint):
    authorize(op, browser, rp, "bob", "builder-builder", prompt="login")
    leave(browser, id_token_hint=hint)
    response = ask(browser, rp, prompt="none", id_token_hint=hint)
    assert error_of(response, rp) == "login_required"
    assert signed_in(browser, rp)


def signed_in_as(browser, rp, hint):
    return "error=" not in ask(browser, rp, prompt="none", id_token_hint=hint).headers["Location"]


@pytest.mark.spec("RP-Initiated Logout", "4")
def test_the_hint_of_an_older_session_needs_a_yes(op, rp, browser, hint):
    browser.get("/account").forms["logout-form"].submit(headers=OWN_FORM)
    authorize(op, browser, rp)
    page = leave(browser, id_token_hint=hint, post_logout_redirect_uri=rp.back)
    assert signed_in(browser, rp)
    assert decide(page, "logout").headers["Location"] == rp.back
    assert not signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "4")
def test_the_hint_of_a_session_elsewhere_needs_a_yes(op, rp, hint):
    elsewhere = op.browser()
    authorize(op, elsewhere, rp)
    assert leave(elsewhere, id_token_hint=hint).html.select_one("#logout-confirm")
    assert signed_in(elsewhere, rp)


@pytest.fixture
def bob_too(op, rp, browser, hint):
    """Alice and Bob at one browser, Bob is current; his hint."""
    return code_flow(op, browser, rp, username="bob", password="builder-builder", prompt="login")[
        "id_token"
    ]


def suggested(page):
    return [
        row.select_one(".identity-name").text
        for row in page.html.select("#logout-form label")
        if row.select_one("input").has_attr("checked")
    ]


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.org"])
def test_logout_hint_names_one_of_several(rp, browser, hint, bob_too, name):
    page = leave(browser, client_id=rp.client_id, logout_hint=name)
    assert suggested(page) == ["Alice Liddell"]
    decide(page, "logout")
    assert not signed_in_as(browser, rp, hint)
    assert signed_in_as(browser, rp, bob_too)


@pytest.mark.parametrize("name", [None, "", "carol", "<b>x</b>", "x" * 5000])
def test_a_logout_hint_that_names_nobody_here(rp, browser, hint, bob_too, name):
    page = leave(browser, client_id=rp.client_id, **({} if name is None else {"logout_hint": name}))
    assert suggested(page) == ["Everybody in this browser"]
    assert not name or name not in page.text
    decide(page, "logout")
    assert not signed_in_as(browser, rp, hint)
    assert not signed_in_as(browser, rp, bob_too)


def test_another_than_the_suggested_one_may_leave(rp, browser, hint, bob_too):
    form = leave(browser, logout_hint="alice").forms["logout-form"]
    form["account"] = next(value for value, checked, _ in form["account"].options if not checked)
    form.submit("decision", value="logout", headers=OWN_FORM)
    assert signed_in_as(browser, rp, hint)
    assert not signed_in_as(browser, rp, bob_too)


def test_a_logout_hint_alone_signs_nobody_out(rp, browser, hint):
    page = leave(browser, logout_hint="alice")
    assert page.html.select_one("#logout-confirm")
    assert signed_in(browser, rp)


def test_a_fitting_id_token_hint_needs_no_other(rp, browser, hint, bob_too):
    leave(browser, id_token_hint=hint, logout_hint="bob")
    assert not signed_in_as(browser, rp, hint)
    assert signed_in_as(browser, rp, bob_too)


def test_nobody_is_signed_in_any_more(rp, browser, hint):
    for _ in range(2):
        response = leave(browser, id_token_hint=hint, post_logout_redirect_uri=rp.back, state="s")
        assert response.headers["Location"] == f"{rp.back}?state=s"


@pytest.mark.spec("RP-Initiated Logout", "4")
@pytest.mark.parametrize("hint", ["nonsense", "a.b.c", "ü", "x" * 5000])
def test_what_is_no_hint(op, rp, browser, hint):
    authorize(op, browser, rp)
    assert refused_page(leave(browser, 400, id_token_hint=hint))
    assert signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "4")
def test_a_parameter_that_comes_twice(rp, browser, hint):
    params = [("id_token_hint", hint), ("state", "a"), ("state", "b")]
    assert refused_page(browser.get("/end_session", params, status=400))
    assert signed_in(browser, rp)


def test_in_german(rp, browser, hint):
    page = leave(browser, client_id=rp.client_id, ui_locales="se de")
    assert page.html.select_one("html")["lang"] == "de"


def test_an_unknown_client(op, rp, browser):
    authorize(op, browser, rp)
    page = leave(browser, client_id="nobody", post_logout_redirect_uri="https://evil.example/")
    response = decide(page, "logout")
    assert response.html.select_one("#logged-out")
    assert "Location" not in response.headers
