"""How an authorization request may come (RFC 6749 §3.1, Core §3.1.2.1)."""

import pytest

from oidc_pyramid.testing import (
    allow,
    answer_of,
    authorization_request,
    authorize,
    redeem,
    sign_in,
)
from tests.functional.protocol.steps import page_of, refused_page

pytestmark = [pytest.mark.spec("RFC 6749", "3.1"), pytest.mark.spec("Core", "3.1.2.1")]


def test_by_get(op, rp, browser):
    assert page_of(browser.get("/authorize", authorization_request(rp))) == "login"


def test_by_post(op, rp, browser):
    response = browser.post("/authorize", authorization_request(rp))
    assert response.status_int == 303
    login = response.follow().follow()
    assert page_of(login) == "login"
    answer = answer_of(allow(sign_in(browser, login, "alice", "wonderland")))
    assert redeem(browser, rp, answer["code"])["id_token"]


def test_a_post_from_another_site_meets_the_session_that_its_cookies_did_not_show(op, rp, browser):
    authorize(op, browser, rp)
    elsewhere = op.browser(**{"Sec-Fetch-Site": "cross-site", "Origin": "https://rp.example"})
    response = elsewhere.post("/authorize", authorization_request(rp))
    assert "Set-Cookie" not in response.headers
    bound = browser.get(response.headers["Location"])
    assert "code" in answer_of(bound.follow())


def test_a_request_from_another_site_is_bound_to_the_browser_that_opens_it(op, rp, browser):
    elsewhere = op.browser().post("/authorize", authorization_request(rp))
    bound = browser.get(elsewhere.headers["Location"])
    other = op.browser().get(bound.headers["Location"], status=400)
    assert refused_page(other)


def test_query_and_body_together_are_one_request(op, rp, browser):
    params = authorization_request(rp)
    state = params.pop("state")
    response = browser.post(f"/authorize?state={state}", params)
    login = response.follow().follow()
    answer = answer_of(allow(sign_in(browser, login, "alice", "wonderland")))
    assert answer["state"] == state


def test_a_parameter_in_query_and_body_is_sent_twice(op, rp, browser):
    response = browser.post("/authorize?scope=openid", authorization_request(rp))
    answer = answer_of(response)
    assert (answer["error"], answer["state"]) == ("invalid_request", "a-state")


def test_a_body_of_another_type_is_refused(op, rp, browser):
    response = browser.post_json("/authorize", authorization_request(rp), status=400)
    assert refused_page(response)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_not_allowed(op, browser, method):
    response = browser.request("/authorize", method=method, status=405)
    assert response.headers["Allow"] == "GET, POST, HEAD"
