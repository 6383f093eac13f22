"""Parameters that may change what a person sees, and never whether it works."""

import pytest


@pytest.mark.conformance("oidcc-display-page", "oidcc-display-popup")
@pytest.mark.spec("Core", "3.1.2.1")
def test_display(party, module):
    party.complete(display=module.rpartition("-")[2])


@pytest.mark.conformance("oidcc-login-hint")
@pytest.mark.spec("Core", "3.1.2.1")
def test_login_hint(party):
    response = party.ask(login_hint="buffy@op.example")
    form = response.follow().forms["login-form"]
    assert form["username"].value == "buffy@op.example"
    party.finish(party.answer(party.walk(response).response))


@pytest.mark.conformance("oidcc-ui-locales")
@pytest.mark.spec("Core", "3.1.2.1")
def test_ui_locales_that_we_do_not_have(party):
    party.complete(ui_locales="se")


@pytest.mark.conformance("oidcc-claims-locales")
@pytest.mark.spec("Core", "5.2")
def test_claims_locales_that_nobody_has(party):
    party.complete(claims_locales="se")


@pytest.mark.conformance("oidcc-ensure-request-with-acr-values-succeeds")
@pytest.mark.spec("Core", "3.1.2.1")
def test_acr_values(party):
    offered = party.metadata["acr_values_supported"]
    result = party.complete(acr_values=" ".join(offered))
    if result.id_token is not None:
        assert result.id_token["acr"] in offered


@pytest.mark.conformance("oidcc-ensure-request-with-acr-values-succeeds")
@pytest.mark.spec("Core", "3.1.2.1")
def test_acr_values_that_are_not_on_offer(party):
    party.complete(acr_values="1 2")
