"""Levels of authentication: a host's second factor takes people up (Core §3.1.2.1, §5.5.1.1)."""

import json

import pytest
from pyramid.exceptions import ConfigurationExecutionError

from oidc_pyramid.interfaces import IPrompt
from oidc_pyramid.testing import (
    OWN_FORM,
    allow,
    answer_of,
    make_provider,
    pkce,
    redeem,
    sign_in,
)
from tests.functional.attacks.handles import cookies_of
from tests.functional.hosts import second_factor
from tests.functional.protocol.steps import ask, decoded, error_of, page_of

pytestmark = [pytest.mark.spec("Core", "5.5.1.1")]

LEVELS = "password two-factor hardware"
PASSWORD = {"alice": "wonderland", "carol": "no-pin-for-carol"}
VERIFIER, CHALLENGE = pkce()


@pytest.fixture
def op(jwks):
    settings = {"oidc.acr_values": LEVELS, "oidc.throttle_account": "3"}
    op = make_provider(second_factor.includeme, keys=jwks, **settings)
    for username, password in PASSWORD.items():
        op.add_user(username, password)
    return op


@pytest.fixture
def rp(op):
    return op.add_client()


@pytest.fixture
def other(op):
    return op.add_client("other", redirect_uris=["https://other.example/cb"])


def claim(*values, essential=True):
    return json.dumps({"id_token": {"acr": {"essential": essential, "values": values}}})


def one_value(value):
    return json.dumps({"id_token": {"acr": {"essential": True, "value": value}}})


def enter_pin(response, pin="2468"):
    form = response.follow().forms["step-form"]
    form["code"] = pin
    return form.submit(headers=OWN_FORM)


def decline(response):
    return response.follow().forms["step-form"].submit("decline", headers=OWN_FORM)


def walk(browser, rp, username="alice", *, pin=enter_pin, **more):
    """Answer every page; their names, and what the client is told."""
    more = {"code_challenge": CHALLENGE, "code_challenge_method": "S256", **more}
    response, seen = ask(browser, rp, **more), []
    while not response.headers["Location"].startswith(rp.redirect_uri):
        seen.append(page_of(response))
        if seen[-1] == "login":
            response = sign_in(browser, response, username, PASSWORD[username])
        elif seen[-1] == "consent":
            response = allow(response)
        else:
            response = pin(response)
    return seen, response


def id_token(browser, rp, response):
    tokens = redeem(browser, rp, answer_of(response)["code"], code_verifier=VERIFIER)
    return decoded(tokens["id_token"])


def test_nobody_is_asked_without_a_reason(browser, rp):
    seen, response = walk(browser, rp)
    assert seen == ["login", "consent"]
    told = id_token(browser, rp, response)
    assert (told["acr"], told["amr"]) == ("password", ["pwd"])


@pytest.mark.spec("RFC 8176", "2")
@pytest.mark.parametrize(
    "request_of",
    [
        {"claims": claim("two-factor")},
        {"claims": one_value("two-factor")},
        {"claims": claim("two-factor", essential=False)},
        {"acr_values": "two-factor"},
        {"acr_values": "two-factor password"},
        {"acr_values": "moon hardware two-factor"},
        {"claims": claim("moon", "two-factor"), "acr_values": "password"},
    ],
)
def test_a_second_factor_is_asked_for(browser, rp, request_of):
    seen, response = walk(browser, rp, **request_of)
    assert seen == ["login", "pin", "consent"]
    told = id_token(browser, rp, response)
    assert told["acr"] == "two-factor"
    assert told["amr"] == ["pwd", "pin", "mfa"]


@pytest.mark.spec("Registration", "2")
def test_what_the_client_has_registered_is_asked_for(op, browser):
    rp = op.add_client(default_acr_values=("two-factor",))
    seen, response = walk(browser, rp)
    assert "pin" in seen
    assert id_token(browser, rp, response)["acr"] == "two-factor"
    seen, _ = walk(op.browser(), rp, acr_values="password")
    assert "pin" not in seen


@pytest.mark.spec("Core", "3.1.2.1")
@pytest.mark.parametrize("wish", ["password two-factor", "moon password two-factor"])
def test_the_first_that_can_be_had_is_enough(browser, rp, wish):
    seen, response = walk(browser, rp, acr_values=wish)
    assert seen == ["login", "consent"]
    assert id_token(browser, rp, response)["acr"] == "password"


@pytest.mark.parametrize("wish", ["hardware", "moon"])
def test_a_wish_that_nobody_can_fulfil(browser, rp, wish):
    seen, response = walk(browser, rp, acr_values=wish)
    assert seen == ["login", "consent"]
    assert id_token(browser, rp, response)["acr"] == "password"


@pytest.mark.spec("Unmet Authentication Requirements", "2")
@pytest.mark.parametrize("demand", ["hardware", "moon"])
def test_a_demand_that_nobody_can_meet(browser, rp, demand):
    for _ in range(2):
        response = ask(browser, rp, claims=claim(demand))
        assert error_of(response, rp) == "unmet_authentication_requirements"
        walk(browser, rp)


def test_a_session_is_stepped_up_and_keeps_its_sid(op, browser, rp, other):
    _, response = walk(browser, rp)
    before = id_token(browser, rp, response)
    cookies = cookies_of(browser)
    seen, response = walk(browser, other, acr_values="two-factor")
    assert seen == ["pin", "consent"]
    after = id_token(browser, other, response)
    assert (after["acr"], after["amr"]) == ("two-factor", ["pwd", "pin", "mfa"])
    assert after["sid"] == before["sid"]
    assert after["auth_time"] == before["auth_time"]
    assert cookies_of(browser) != cookies  # SE-01
    seen, response = walk(browser, rp, claims=claim("two-factor"))
    assert seen == []
    assert id_token(browser, rp, response)["acr"] == "two-factor"


def test_a_higher_level_holds_for_the_lower_one(browser, rp):
    walk(browser, rp, acr_values="two-factor")
    seen, response = walk(browser, rp, claims=claim("password"))
    assert seen == []
    assert id_token(browser, rp, response)["acr"] == "password"
    _, response = walk(browser, rp)
    assert id_token(browser, rp, response)["acr"] == "two-factor"


@pytest.mark.spec("Core", "3.1.2.1")
@pytest.mark.parametrize("again", [{"prompt": "login"}, {"max_age": "0"}])
def test_who_signs_in_again_proves_both_again(browser, rp, again):
    walk(browser, rp, acr_values="two-factor")
    seen, _ = walk(browser, rp, acr_values="two-factor", **again)
    assert seen == ["login", "pin"]
    _, response = walk(browser, rp, **again)
    assert id_token(browser, rp, response)["acr"] == "password"
    assert walk(browser, rp, acr_values="two-factor")[0] == ["pin"]


def test_se_18_another_session_at_this_browser_proves_nothing(op, browser, rp):
    walk(browser, rp, acr_values="two-factor")
    _, response = walk(browser, rp, "carol", prompt="login")
    assert id_token(browser, rp, response)["acr"] == "password"
    assert error_of(ask(browser, rp, claims=claim("two-factor")), rp) == (
        "unmet_authentication_requirements"
    )


def test_se_18_the_step_of_another_sign_in_does_not_count(browser, rp):
    walk(browser, rp)
    waiting = ask(browser, rp, acr_values="two-factor")
    page = waiting.follow()
    walk(browser, rp, "carol", prompt="login")
    form = page.forms["step-form"]
    form["code"] = "2468"
    assert form.submit(headers=OWN_FORM, status="*").status_int in (303, 400, 403)
    assert id_token(browser, rp, walk(browser, rp)[1])["acr"] == "password"


@pytest.mark.spec("Core", "3.1.2.6")
def test_prompt_none(browser, rp):
    walk(browser, rp)
    silent = {"prompt": "none", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    response = ask(browser, rp, acr_values="two-factor", **silent)
    assert id_token(browser, rp, response)["acr"] == "password"
    response = ask(browser, rp, claims=claim("two-factor", "password"), **silent)
    assert id_token(browser, rp, response)["acr"] == "password"
    assert error_of(ask(browser, rp, claims=claim("two-factor"), **silent), rp) == "login_required"
    walk(browser, rp, acr_values="two-factor")
    response = ask(browser, rp, claims=claim("two-factor"), **silent)
    assert id_token(browser, rp, response)["acr"] == "two-factor"


def test_a_person_who_has_no_second_factor(browser, rp):
    seen, response = walk(browser, rp, "carol", acr_values="two-factor")
    assert seen == ["login", "consent"]
    assert id_token(browser, rp, response)["acr"] == "password"


@pytest.mark.spec("Unmet Authentication Requirements", "2")
def test_a_demand_and_a_person_who_has_no_second_factor(browser, rp):
    seen, response = walk(browser, rp, "carol", claims=claim("two-factor"))
    assert seen == ["login"]
    assert error_of(response, rp) == "unmet_authentication_requirements"
    assert browser.get("/account").status_int == 200  # the sign-in itself was good


def test_a_person_who_can_not_just_now(browser, rp):
    seen, response = walk(browser, rp, pin=decline, acr_values="two-factor")
    assert seen == ["login", "pin", "consent"]
    assert id_token(browser, rp, response)["acr"] == "password"
    seen, response = walk(browser, rp, pin=decline, claims=claim("two-factor"))
    assert seen == ["pin"]
    assert error_of(response, rp) == "unmet_authentication_requirements"


def test_a_wrong_pin_and_too_many_of_them(op, browser, rp):
    walk(browser, rp)
    waiting = ask(browser, rp, acr_values="two-factor")
    for _ in range(3):
        assert "This is not your PIN." in enter_pin(waiting, "0000").text
    assert "Too many attempts" in enter_pin(waiting).text
    elsewhere = op.browser()
    response = sign_in(
        elsewhere, ask(elsewhere, rp, acr_values="two-factor"), "alice", "wonderland"
    )
    assert "Too many attempts" in enter_pin(response).text
    assert id_token(browser, rp, walk(browser, rp)[1])["acr"] == "password"


def test_the_page_can_not_be_sent_from_elsewhere(browser, rp):
    walk(browser, rp)
    form = ask(browser, rp, acr_values="two-factor").follow().forms["step-form"]
    form["code"] = "2468"
    cross = form.submit(headers={"Sec-Fetch-Site": "cross-site"}, status="*")
    form["csrf_token"] = "x"
    forged = form.submit(headers=OWN_FORM, status="*")
    assert {cross.status_int, forged.status_int} <= {400, 403}
    assert id_token(browser, rp, walk(browser, rp)[1])["acr"] == "password"


def test_the_page_without_a_sign_in_leads_to_the_sign_in(op, browser, rp):
    address = ask(browser, rp, acr_values="two-factor").headers["Location"]
    assert page_of(browser.get(address.replace("/login", "/pin"))) == "login"


@pytest.mark.spec("Discovery", "3")
def test_discovery_names_the_levels_and_no_prompt_for_them(browser):
    document = browser.get("/.well-known/openid-configuration").json
    assert document["acr_values_supported"] == LEVELS.split()
    assert "pin" not in document["prompt_values_supported"]
    assert "login" in document["prompt_values_supported"]


def test_a_level_that_is_not_named_stops_the_start_up(jwks):
    with pytest.raises(ConfigurationExecutionError, match="two-factor"):
        make_provider(second_factor.includeme, keys=jwks, **{"oidc.acr_values": "password"})


def test_half_a_step_stops_the_start_up(jwks):
    class Half:
        name, acr, before, after = "half", "two-factor", (), ()

        def needed(self, wanted, session, consent):
            return None

    with pytest.raises(ConfigurationExecutionError, match="IStepUp"):
        make_provider(
            lambda config: config.add_oidc_prompt(Half()),
            keys=jwks,
            **{"oidc.acr_values": LEVELS},
        )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_page_of_a_step_is_for_those_it_is_offered_to(op, rp, method):
    """Whoever has no PIN, and opens its page by hand, goes on without it."""
    browser = op.browser()
    login = ask(browser, rp).location
    sign_in(browser, browser.get(login), "carol", PASSWORD["carol"])
    page = login.rsplit("/", 1)[0] + "/pin"
    response = browser.request(page, method=method, headers=OWN_FORM)
    assert response.location.endswith("/consent")
    with op.provider() as provider:
        sessions = [session for _, session in provider.browsers.trees()[1].items()]
    assert [(one.acr, one.amr) for one in sessions] == [("password", ("pwd",))]


def test_a_step_that_names_no_level_takes_none_away(op, rp):
    browser = op.browser()
    response = sign_in(browser, ask(browser, rp, acr_values="two-factor"), "alice", "wonderland")
    prompt = op.app.registry.getUtility(IPrompt, name="pin")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(prompt), "acr", "two-factor")
        page = response.follow()
        patch.setattr(type(prompt), "acr", "")
        page.forms["step-form"]["code"] = "2468"
        page.forms["step-form"].submit(headers=OWN_FORM)
    with op.provider() as provider:
        (session,) = [session for _, session in provider.browsers.trees()[1].items()]
    assert (session.acr, session.amr) == ("password", ("pwd", "pin", "mfa"))
