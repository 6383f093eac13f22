"""A person's way through a host's sign-in page."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

from oidc_pyramid.testing import allow, answer_of, authorization_request, endpoint, redeem


def next_of(response):
    """Where the host's sign-in page is to send the person back to."""
    location = urlsplit(response.headers["Location"])
    assert location.path.endswith("/login")
    return parse_qs(location.query)["next"][0]


def host_login(browser, resume_url, name="alice"):
    """Sign in at the host's page; what the host answers."""
    body = {"login": name, "password": "wonderland", "next": resume_url}
    return browser.post("/login", body)


def back_from_login(browser, resume_url, name="alice"):
    """Sign in at the host's page and follow ``next``."""
    return browser.get(host_login(browser, resume_url, name).headers["Location"])


def start(browser, rp, **more):
    """The authorization request."""
    return browser.get(endpoint(browser, "authorize"), authorization_request(rp, **more))


def through(browser, rp, name="alice", **more):
    """Authorize by way of the host's page and our consent page; the answer to the client."""
    response = start(browser, rp, **more)
    if urlsplit(response.headers["Location"]).path == "/login":
        response = back_from_login(browser, next_of(response), name)
    if response.headers["Location"].endswith("/consent"):
        response = allow(response)
    return answer_of(response)


def claims_of(browser, rp, answer, **more):
    """The tokens for an answer, and the claims of the ID Token."""
    tokens = redeem(browser, rp, answer["code"], **more)
    payload = tokens["id_token"].split(".")[1]
    return tokens, json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
