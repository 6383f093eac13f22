"""``max_age``: how long ago was the password typed? (Core §3.1.2.1, §15.1)"""

import pytest

from oidc_pyramid.testing import allow, answer_of, authorize, code_flow, redeem
from tests.functional.protocol.steps import ask, decoded, error_of, pages

pytestmark = [pytest.mark.spec("Core", "3.1.2.1"), pytest.mark.spec("Core", "15.1")]


def test_young_enough(op, rp, browser, clock):
    authorize(op, browser, rp)
    clock.shift(60)
    assert pages(op, browser, rp, max_age="60")[0] == []


def test_too_old(op, rp, browser, clock):
    first = decoded(code_flow(op, browser, rp)["id_token"])
    clock.shift(61)
    seen, response = pages(op, browser, rp, max_age="60")
    second = decoded(redeem(browser, rp, answer_of(response)["code"])["id_token"])
    assert seen == ["login"]
    assert second["auth_time"] == first["auth_time"] + 61


def test_zero_is_like_prompt_login(op, rp, browser, clock):
    authorize(op, browser, rp)
    assert pages(op, browser, rp, max_age="0")[0] == ["login"]


@pytest.mark.spec("Core", "3.1.2.6")
def test_too_old_and_nobody_may_be_asked(op, rp, browser, clock):
    authorize(op, browser, rp)
    clock.shift(61)
    response = ask(browser, rp, max_age="60", prompt="none")
    assert error_of(response, rp) == "login_required"


def test_time_passes_while_the_person_reads_the_consent_page(op, rp, browser, clock):
    authorize(op, browser, rp)
    clock.shift(50)
    consent = ask(browser, rp, max_age="60", prompt="consent").follow()
    clock.shift(50)
    assert "code" in answer_of(allow(consent))


@pytest.mark.spec("Registration", "2")
def test_the_clients_own_limit(op, add_client, browser, clock):
    rp = add_client(default_max_age=60)
    authorize(op, browser, rp)
    clock.shift(61)
    assert pages(op, browser, rp)[0] == ["login"]
    clock.shift(61)
    assert pages(op, browser, rp, max_age="600")[0] == []


@pytest.mark.parametrize("max_age", ["-1", "1.5", "soon", "1e3", "99999999999", "٣"])
def test_no_number_of_seconds(rp, browser, max_age):
    assert error_of(ask(browser, rp, max_age=max_age), rp) == "invalid_request"


@pytest.mark.spec("Core", "2")
@pytest.mark.spec("Core", "5.5.1")
def test_an_essential_auth_time_asks_nobody_who_is_known(op, rp, browser, clock):
    essential = '{"id_token": {"auth_time": {"essential": true}}}'
    first = decoded(code_flow(op, browser, rp, claims=essential)["id_token"])
    clock.shift(61)
    second = decoded(code_flow(op, browser, rp, claims=essential, max_age="100")["id_token"])
    assert second["auth_time"] == first["auth_time"]


def test_auth_time_is_the_time_of_the_password(op, rp, browser, clock):
    first = decoded(code_flow(op, browser, rp)["id_token"])
    assert first["auth_time"] == first["iat"]
    clock.shift(30)
    second = decoded(code_flow(op, browser, rp, max_age="100")["id_token"])
    assert second["auth_time"] == first["auth_time"]
    assert second["iat"] == first["iat"] + 30
