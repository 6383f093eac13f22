"""Making an account: by itself, on the way to a client, and by ``prompt=create``."""

import pytest

from oidc_pyramid.testing import OWN_FORM, allow, answer_of, authorization_request

PASSWORD = "a long enough password"


@pytest.fixture
def op(make_op):
    return make_op(**{"oidc.signup": "true"})


def fill(page, username="carol", password=PASSWORD, again=PASSWORD, **more):
    form = page.forms["signup-form"]
    values = {"username": username, "name": "Carol", "email": "carol@example.org", **more}
    for name, value in {**values, "password": password, "password_again": again}.items():
        form[name] = value
    return form.submit(headers=OWN_FORM)


def test_a_new_person_comes_to_the_client(op, rp, browser):
    login = browser.get("/authorize", authorization_request(rp)).follow()
    page = (
        browser.get(login.html.find(id="signup-link")["href"])
        if login.html.find(id="signup-link")
        else login.click(href="/signup$")
    )
    assert "code" in answer_of(allow(fill(page)))


@pytest.mark.spec("Prompt Create", "4.1")
def test_prompt_create_shows_the_form_even_to_somebody_signed_in(op, rp, alice, browser):
    assert (
        "create" in browser.get("/.well-known/openid-configuration").json["prompt_values_supported"]
    )
    page = browser.get("/authorize", authorization_request(rp, prompt="create")).follow()
    assert "code" in answer_of(allow(fill(page)))
    with op.provider() as provider:
        assert provider.users.by_username("carol").email_verified is False


def test_without_the_setting_prompt_create_is_refused(make_op):
    op = make_op()
    rp, browser = op.add_client("rp"), op.browser()
    answer = answer_of(browser.get("/authorize", authorization_request(rp, prompt="create")))
    assert answer["error"] == "invalid_request"
    browser.get("/account/signup", status=404)


@pytest.mark.parametrize(
    "change",
    [
        {"username": "\uff21\uff2c\uff29\uff23\uff25"},
        {"username": "al\u0456ce"},
        {"username": "with space"},
        {"username": ""},
        {"password": "short", "again": "short"},
        {"again": "another long password"},
        {"email": "nonsense"},
        {"name": "x" * 300},
    ],
    ids=["taken", "mixed-script", "space", "empty", "short", "differs", "email", "long"],
)
def test_what_is_wrong_is_said_beside_the_field(op, alice, browser, change):
    page = fill(browser.get("/account/signup"), **change)
    assert page.status_int == 200
    assert page.html.find(class_="error") or page.html.find(attrs={"aria-invalid": "true"})
    with op.provider() as provider:
        assert len(provider.users) == 1
