"""Everything that an attacker can get hold of in one flow, by the name of what it is."""

import re

from oidc_pyramid import testing
from tests.functional.attacks.cast import VERIFIER, challenge, walk


def cookies_of(browser):
    return {cookie.name: cookie.value for cookie in browser.cookiejar}


def handles_of(cast):
    """A whole flow with its handles; the code in it has not been redeemed yet."""
    browser = cast.browser()
    interaction = browser.get("/authorize", cast.asks()).headers["Location"]
    form = browser.get(interaction).forms["login-form"]
    code = testing.answer_of(walk(cast, browser))["code"]
    granted = testing.redeem(browser, cast.a, code, code_verifier=VERIFIER)
    jar = cookies_of(browser)
    leaving = browser.get("/end_session").text
    return {
        "code": testing.answer_of(walk(cast, browser, **challenge()))["code"],
        "access-token": granted["access_token"],
        "refresh-token": granted["refresh_token"],
        "id-token": granted["id_token"],
        "interaction": interaction.split("/")[-2],
        "form-token": form["csrf_token"].value,
        "sign-out": re.search(r'name="leaving" value="([^"]+)"', leaving)[1],
        "session-cookie": jar["__Host-oidc_session"],
        "binding-cookie": jar["__Host-oidc_binding"],
        "device-cookie": jar["__Host-oidc_device"],
        "client-id": cast.a.client_id,
        "client-secret": "a client secret",
        "sub": cast.victim,
        "user-name": cast.username,
    }
