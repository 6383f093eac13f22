"""How strongly somebody is known: ``acr_values`` and ``acr`` (Core §3.1.2.1, §5.5.1.1)."""

import json

import pytest

from oidc_pyramid.testing import answer_of, authorize, code_flow
from tests.functional.protocol.steps import ask, decoded, error_of

pytestmark = [pytest.mark.spec("Core", "5.5.1.1")]


@pytest.fixture
def op(own_op):
    return own_op(acr_values="password key")


@pytest.fixture
def rp(op):
    return op.add_client()


def essential(*values):
    return json.dumps({"id_token": {"acr": {"essential": True, "values": values}}})


@pytest.mark.spec("Core", "2")
def test_a_password_gives_the_first_one(op, rp, browser):
    assert decoded(code_flow(op, browser, rp)["id_token"])["acr"] == "password"


@pytest.mark.spec("Core", "3.1.2.1")
@pytest.mark.parametrize("wish", ["password", "key", "key password", "moon"])
def test_a_wish_is_only_a_wish(op, rp, browser, wish):
    claims = decoded(code_flow(op, browser, rp, acr_values=wish)["id_token"])
    assert claims["acr"] == "password"


def test_a_voluntary_claim_is_only_a_wish(op, rp, browser):
    wish = json.dumps({"id_token": {"acr": {"values": ["key"]}}})
    assert decoded(code_flow(op, browser, rp, claims=wish)["id_token"])["acr"] == "password"


def test_a_demand_that_is_met(op, rp, browser):
    tokens = code_flow(op, browser, rp, claims=essential("key", "password"))
    assert decoded(tokens["id_token"])["acr"] == "password"
    assert "code" in answer_of(ask(browser, rp, prompt="none", claims=essential("password")))


@pytest.mark.spec("Unmet Authentication Requirements", "2")
@pytest.mark.spec("Core", "3.1.2.6")
def test_a_demand_that_nobody_can_meet(op, rp, browser):
    response = ask(browser, rp, claims=essential("moon"))
    assert error_of(response, rp) == "unmet_authentication_requirements"


@pytest.mark.spec("Unmet Authentication Requirements", "2")
def test_a_demand_that_no_page_of_ours_can_meet(op, rp, browser):
    assert error_of(ask(browser, rp, claims=essential("key")), rp) == (
        "unmet_authentication_requirements"
    )
    authorize(op, browser, rp)
    response = ask(browser, rp, claims=essential("key"))
    assert error_of(response, rp) == "unmet_authentication_requirements"


@pytest.mark.spec("Core", "3.1.2.6")
def test_a_demand_that_is_not_met_and_nobody_may_be_asked(op, rp, browser):
    authorize(op, browser, rp)
    response = ask(browser, rp, claims=essential("key"), prompt="none")
    assert error_of(response, rp) in {"login_required", "unmet_authentication_requirements"}


@pytest.mark.spec("Core", "2")
def test_without_levels_there_is_no_acr(own_op):
    op = own_op()
    browser = op.browser()
    assert "acr" not in decoded(code_flow(op, browser, op.add_client())["id_token"])
