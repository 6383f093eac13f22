"""The token endpoint whatever the grant (RFC 6749 §3.2, §5.1, §5.2)."""

import pytest

from tests.functional.protocol.steps import code_for

pytestmark = [pytest.mark.spec("RFC 6749", "3.2")]


def post(browser, rp, body, status=400):
    return browser.post("/token", body, headers=rp.basic, status=status)


@pytest.fixture
def good(op, rp, browser):
    """The body of a good request."""
    return {
        "grant_type": "authorization_code",
        "code": code_for(op, browser, rp),
        "redirect_uri": rp.redirect_uri,
    }


@pytest.mark.spec("RFC 6749", "5.1")
@pytest.mark.spec("Core", "3.1.3.3")
def test_the_answer(op, rp, browser, good):
    response = post(browser, rp, good, 200)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"
    tokens = {"access_token", "refresh_token", "id_token"}
    assert set(response.json) == {*tokens, "token_type", "expires_in", "scope"}
    assert response.json["token_type"] == "Bearer"
    assert response.json["expires_in"] == 3600


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.spec("RFC 6749", "5.1")
def test_an_error(rp, browser):
    response = post(browser, rp, {"grant_type": "authorization_code", "code": "x"})
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert set(response.json) == {"error", "error_description"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post(browser, method):
    response = browser.request("/token", method=method, status=405)
    assert response.headers["Allow"] == "POST"


@pytest.mark.spec("RFC 6749", "B")
@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "text/plain",
        "",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=latin-1",
    ],
)
def test_only_a_form_in_utf8(rp, browser, good, kind):
    headers = {**rp.basic, "Content-Type": kind}
    body = "&".join(f"{k}={v}" for k, v in good.items())
    response = browser.post("/token", body, headers=headers, status=400)
    assert response.json["error"] == "invalid_request"


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_the_charset_may_be_named(rp, browser, good, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    headers = {**rp.basic, "Content-Type": kind}
    assert browser.post("/token", good, headers=headers).json["access_token"]


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize("grant_type", ["password", "urn:example:none", "AUTHORIZATION_CODE"])
def test_a_grant_type_that_nobody_offers(rp, browser, good, grant_type):
    answer = post(browser, rp, {**good, "grant_type": grant_type}).json
    assert answer["error"] == "unsupported_grant_type"


@pytest.mark.spec("RFC 6749", "5.2")
def test_a_grant_type_that_the_client_may_not_use(rp, browser):
    answer = post(browser, rp, {"grant_type": "client_credentials"}).json
    assert answer["error"] == "unauthorized_client"


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize("missing", ["grant_type", "code"])
def test_a_parameter_is_missing(rp, browser, good, missing):
    for body in ({k: v for k, v in good.items() if k != missing}, {**good, missing: ""}):
        assert post(browser, rp, body).json["error"] == "invalid_request"


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "scope", "extra"])
def test_a_parameter_comes_twice(rp, browser, good, name):
    pairs = [*good.items(), (name, "x"), (name, "x")]
    assert post(browser, rp, pairs).json["error"] == "invalid_request"
    assert post(browser, rp, good, 200).json["access_token"]


def test_unknown_parameters_are_ignored(rp, browser, good):
    body = {**good, "extra": "1", "client": "x", "resource_owner": "y"}
    assert post(browser, rp, body, 200).json["access_token"]


def test_parameters_in_the_address_do_not_count(rp, browser, good):
    response = browser.post(
        f"/token?code={good['code']}",
        {k: v for k, v in good.items() if k != "code"},
        headers=rp.basic,
        status=400,
    )
    assert response.json["error"] == "invalid_request"
