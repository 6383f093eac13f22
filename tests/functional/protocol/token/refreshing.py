"""Steps of the refresh tests."""

from oidc_pyramid.testing import bearer, token_request


def refresh(browser, rp, token, status=200, **more):
    """The JSON answer to a refresh request."""
    body = {"grant_type": "refresh_token", "refresh_token": token, **more}
    return token_request(browser, rp, status=status, **body)


def refused(browser, rp, token, **more):
    """True for ``invalid_grant``."""
    return refresh(browser, rp, token, 400, **more)["error"] == "invalid_grant"


def works(browser, access_token):
    """Does UserInfo answer to it?"""
    response = browser.get("/userinfo", headers=bearer(access_token), expect_errors=True)
    return response.status_int == 200


def has_ended(browser, rp, *tokens):
    """True when nothing of these token answers is good any more."""
    access = not any(works(browser, one["access_token"]) for one in tokens)
    return access and all(refused(browser, rp, one["refresh_token"]) for one in tokens)
