"""How the answer travels (Multiple Response Types, Form Post Response Mode)."""

import pytest

from oidc_pyramid.testing import answer_of, authorize
from tests.functional.protocol.steps import ask, error_of

FRONT = ["id_token", "id_token token", "code id_token"]


def fields(response):
    """The parameters in the form that posts itself."""
    return dict(response.forms["form-post"].submit_fields())


@pytest.mark.spec("Multiple Response Types", "2.1")
@pytest.mark.spec("RFC 6749", "4.1.2")
def test_a_code_travels_in_the_query(op, rp, browser):
    location = authorize(op, browser, rp).headers["Location"]
    assert location.startswith(f"{rp.redirect_uri}?code=")
    assert "#" not in location


@pytest.mark.spec("Multiple Response Types", "2.1")
@pytest.mark.spec("Multiple Response Types", "3")
@pytest.mark.parametrize("response_type", FRONT)
def test_tokens_travel_in_the_fragment(op, implicit, browser, response_type):
    location = authorize(op, browser, implicit, response_type=response_type).headers["Location"]
    assert location.startswith(f"{implicit.redirect_uri}#")
    assert "id_token=" in location


@pytest.mark.spec("Multiple Response Types", "7")
@pytest.mark.parametrize("response_type", FRONT)
def test_tokens_never_travel_in_the_query(op, implicit, browser, response_type):
    response = ask(browser, implicit, response_type=response_type, response_mode="query")
    assert error_of(response, implicit) == "invalid_request"
    assert response.headers["Location"].startswith(f"{implicit.redirect_uri}#")


@pytest.mark.spec("Multiple Response Types", "2.1")
def test_a_code_in_the_fragment_where_the_client_wants_it(op, rp, browser):
    response = authorize(op, browser, rp, response_mode="fragment")
    assert response.headers["Location"].startswith(f"{rp.redirect_uri}#code=")


@pytest.mark.spec("Form Post Response Mode", "2")
@pytest.mark.parametrize("response_type", ["code", *FRONT])
def test_the_form_posts_itself_to_the_redirect_uri(op, implicit, browser, response_type):
    response = authorize(
        op, browser, implicit, response_type=response_type, response_mode="form_post"
    )
    form = response.forms["form-post"]
    assert (form.action, form.method) == (implicit.redirect_uri, "post")
    assert {"state", "iss"} <= set(fields(response))
    assert fields(response)["state"] == "a-state"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Pragma"] == "no-cache"


@pytest.mark.spec("Form Post Response Mode", "4")
@pytest.mark.spec("RFC 6749", "10.14")
def test_nothing_of_the_request_is_markup_in_the_form(op, rp, browser):
    state = "\"><script>alert('1')</script>&amp;${7*7}"
    response = authorize(op, browser, rp, response_mode="form_post", state=state)
    assert fields(response)["state"] == state
    assert "<script>alert" not in response.text
    assert len(response.html.select("form")) == 1


@pytest.mark.spec("Form Post Response Mode", "2")
def test_a_person_without_scripts_has_a_button(op, rp, browser):
    response = authorize(op, browser, rp, response_mode="form_post")
    assert response.html.select_one("noscript #form-post-submit") is not None


@pytest.mark.spec("Form Post Response Mode", "2")
@pytest.mark.spec("Multiple Response Types", "2.2")
def test_an_error_travels_the_same_way(op, rp, browser):
    response = ask(browser, rp, response_mode="form_post", prompt="none")
    assert fields(response)["error"] == "login_required"
    assert fields(response)["state"] == "a-state"


@pytest.mark.spec("Multiple Response Types", "2.1")
@pytest.mark.parametrize("mode", ["web_message", "jwt", "QUERY", "query fragment"])
def test_an_unknown_mode_is_an_error(op, rp, browser, mode):
    assert error_of(ask(browser, rp, response_mode=mode), rp) == "invalid_request"


@pytest.mark.spec("Multiple Response Types", "2.1")
def test_a_client_may_be_held_to_its_modes(op, add_client, browser):
    rp = add_client(response_modes=("query",))
    assert error_of(ask(browser, rp, response_mode="fragment"), rp) == "invalid_request"
    assert "code" in answer_of(authorize(op, browser, rp, response_mode="query"))
