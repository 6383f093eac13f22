"""Steps that many tests take."""

import base64
import json
from urllib.parse import urlsplit

from oidc_pyramid.testing import answer_of, authorization_request, authorize, pkce, redeem


def ask(browser, rp, **more):
    """What the authorization endpoint says at once."""
    return browser.get("/authorize", authorization_request(rp, **more))


def error_of(response, rp):
    """The error that is sent to the client, checked for our name."""
    assert response.status_int == 303
    assert response.headers["Location"].startswith(rp.redirect_uri)
    answer = answer_of(response)
    assert "code" not in answer
    assert "access_token" not in answer
    assert answer["iss"] == "https://op.example"
    return answer["error"]


def page_of(response):
    """The last part of where the browser is sent: login, consent, select_account ..."""
    return urlsplit(response.headers["Location"]).path.rpartition("/")[2]


def pages(op, browser, rp, **more):
    """The names of the pages that a person walks through, and the response at the end."""
    seen = []
    original = browser.get

    def get(url, *args, **kwargs):
        seen.append(urlsplit(str(url)).path.rpartition("/")[2])
        return original(url, *args, **kwargs)

    browser.get = get
    try:
        response = authorize(op, browser, rp, **more)
    finally:
        del browser.get
    return [name for name in seen if name in {"login", "consent", "select_account"}], response


def refused_page(response, error="invalid_request"):
    """True for the page that nobody is redirected from (RFC 6749 §4.1.2.1)."""
    found = response.html.select_one("#oauth-error")
    return (
        response.status_int == 400
        and "Location" not in response.headers
        and found is not None
        and found["data-error"] == error
    )


def decoded(token):
    """The claims of a JWT; nothing is verified here."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def code_for(op, browser, rp, **more):
    """A fresh code."""
    return answer_of(authorize(op, browser, rp, **more))["code"]


def code_with_proof(op, browser, rp, **more):
    """A fresh code and its verifier."""
    verifier, challenge = pkce()
    proof = {"code_challenge": challenge, "code_challenge_method": "S256"}
    return code_for(op, browser, rp, **proof, **more), verifier


def tokens_for(op, browser, rp, **more):
    """The tokens of a whole code flow."""
    code, verifier = code_with_proof(op, browser, rp, **more)
    return redeem(browser, rp, code, code_verifier=verifier)
