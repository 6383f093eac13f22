"""SE: sessions and their cookies."""

from urllib.parse import quote

import pytest

from oidc_pyramid.testing import OWN_FORM
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD
from tests.functional.attacks.handles import cookies_of
from tests.functional.attacks.musts import no_5xx
from tests.functional.attacks.person import (
    BINDING,
    SESSION,
    enter,
)


def test_se_01_the_cookie_changes_with_each_sign_in(cast):
    browser = cast.browser()
    seen = []
    for _ in range(2):
        enter(cast, browser)
        seen.append(cookies_of(browser)[SESSION])
    assert len(set(seen)) == 2
    old = wire.call(cast.op, "/account", headers=[("Cookie", f"{SESSION}={seen[0]}")])
    assert old.status_int == 303


def test_se_01_a_value_that_was_planted_is_not_taken(cast):
    browser = cast.browser()
    browser.set_cookie("oidc_session", "planted")
    page = browser.get("/account/login")
    form = page.forms["login-form"]
    form["username"], form["password"] = cast.username, PASSWORD
    cookie = f"{SESSION}=planted; oidc_session=planted; {BINDING}={cookies_of(browser)[BINDING]}"
    response = wire.call(
        cast.op,
        "/account/login",
        method="POST",
        body="&".join(f"{k}={quote(v)}" for k, v in form.submit_fields()).encode(),
        headers=[("Cookie", cookie), *OWN_FORM.items()],
    )
    assert response.status_int == 303
    assert "planted" not in str(response.headers.getall("Set-Cookie"))
    for name in (SESSION, "oidc_session"):
        seen = wire.call(cast.op, "/account", headers=[("Cookie", f"{name}=planted")])
        assert seen.status_int == 303


def test_se_01_plain_names_count_for_nothing_on_https(cast):
    browser = cast.browser()
    enter(cast, browser)
    value = cookies_of(browser)[SESSION]
    response = wire.call(cast.op, "/account", headers=[("Cookie", f"oidc_session={value}")])
    assert response.status_int == 303


def test_se_07_the_attributes_of_each_cookie(cast):
    browser = cast.browser()
    answers = [browser.get("/account/login"), enter(cast, browser)]
    cookies = [c for a in answers for c in a.headers.getall("Set-Cookie")]
    assert len(cookies) >= 3
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        assert name.startswith("__Host-")
        lower = {attribute.lower() for attribute in attributes}
        assert {"secure", "path=/"} <= lower
        assert "httponly" in lower
        assert "samesite=lax" in lower
        assert not [a for a in lower if a.startswith("domain")]
    values = cookies_of(browser)
    assert all(len(values[name]) >= 32 for name in (SESSION, BINDING))
    assert cast.victim not in str(values)


@pytest.mark.parametrize(
    "spelling",
    [
        "{name}={value}; {name}={value}",
        "{name}=other; {name}={value}",
        '{name}="{value}"',
        "$Version=1; {name}={value}; $Path=/; {name}=x",
        "{name}={octal}",
        "{name} ={value}x",
        "{lower}={value}",
        "{name}={value}\x00",
        "{name}=",
    ],
    ids=lambda spelling: f"SE-07-{spelling[:20]}",
)
def test_odd_cookies_are_no_session(cast, spelling):
    browser = cast.browser()
    enter(cast, browser)
    value = cookies_of(browser)[SESSION]
    octal = f'"\\{ord(value[0]):o}{value[1:]}"'
    cookie = spelling.format(name=SESSION, value=value, octal=octal, lower=SESSION.lower())
    response = wire.call(cast.op, "/account", headers=[("Cookie", cookie)])
    assert no_5xx(response).status_int == 303


def test_wb_20_a_bomb_of_cookies(shared):
    cookie = "; ".join(f"{SESSION}=x{n}; junk{n}=y" for n in range(500)) + ";" * 9000
    assert no_5xx(wire.call(shared.op, "/account", headers=[("Cookie", cookie)])).status_int == 303
