"""What may be asked for (RFC 6749 §3.1.1, Multiple Response Types §3)."""

import pytest

from oidc_pyramid.testing import answer_of, authorize
from tests.functional.protocol.steps import ask, error_of

pytestmark = [pytest.mark.spec("RFC 6749", "3.1.1")]


@pytest.mark.spec("RFC 6749", "4.1.2.1")
def test_none_is_an_error(rp, browser):
    assert error_of(ask(browser, rp, response_type=None), rp) == "invalid_request"


@pytest.mark.parametrize(
    "response_type", ["unknown", "CODE", "code code", "token", "code unknown", "code  id_token"]
)
def test_what_is_not_offered(rp, browser, response_type):
    response = ask(browser, rp, response_type=response_type)
    assert error_of(response, rp) == "unsupported_response_type"


@pytest.mark.spec("RFC 6749", "4.1.2.1")
def test_what_the_client_is_not_registered_for(rp, browser):
    response = ask(browser, rp, response_type="id_token")
    assert error_of(response, rp) == "unauthorized_client"
    assert response.headers["Location"].startswith(f"{rp.redirect_uri}#error=")


@pytest.mark.spec("RFC 6749", "4.2.2.1")
def test_only_the_code_flow_is_on_by_default(own_op):
    op = own_op()
    rp = op.add_client(response_types=("code", "id_token", "id_token token"))
    for response_type in ("id_token", "id_token token", "token"):
        response = ask(op.browser(), rp, response_type=response_type)
        assert error_of(response, rp) == "unsupported_response_type"


@pytest.mark.spec("Multiple Response Types", "5")
def test_the_order_of_the_names_does_not_matter(op, implicit, browser):
    answer = answer_of(authorize(op, browser, implicit, response_type="token id_token"))
    assert {"id_token", "access_token"} <= set(answer)


@pytest.mark.spec("Multiple Response Types", "4")
def test_the_response_type_none(op, implicit, browser):
    response = authorize(op, browser, implicit, response_type="none")
    assert answer_of(response) == {"state": "a-state", "iss": op.issuer}
    assert response.headers["Location"].startswith(f"{implicit.redirect_uri}?")


@pytest.mark.spec("RFC 6749", "4.2.2")
@pytest.mark.spec("RFC 6749", "4.2")
def test_the_implicit_flow_gives_no_refresh_token(op, implicit, browser):
    answer = answer_of(authorize(op, browser, implicit, response_type="id_token token"))
    assert "refresh_token" not in answer
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "openid")


@pytest.mark.spec("Multiple Response Types", "3")
@pytest.mark.spec("Core", "3.2.2.5")
def test_only_what_was_asked_for_is_issued(op, implicit, browser):
    answer = answer_of(authorize(op, browser, implicit, response_type="id_token"))
    assert set(answer) == {"id_token", "state", "iss"}
