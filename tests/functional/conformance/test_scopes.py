"""Claims by scope, and by the ``claims`` parameter."""

import json

import pytest

from tests.functional.conformance.flows import FRONT_ID_TOKEN, WITH_ACCESS_TOKEN, Flow
from tests.functional.conformance.person import CLAIMS, CLAIMS_OF


def check_values(claims, names):
    """Everything of the scope, as the person has it."""
    assert names <= set(claims)
    for name in names & set(CLAIMS):
        assert claims[name] == CLAIMS[name]


@pytest.mark.conformance(
    "oidcc-scope-profile", "oidcc-scope-email", "oidcc-scope-address", "oidcc-scope-phone"
)
@pytest.mark.spec("Core", "5.4")
def test_the_claims_of_one_scope(party, module):
    scope = module.rpartition("-")[2]
    assert scope in party.metadata["scopes_supported"]
    assert set(CLAIMS_OF[scope]) <= set(party.metadata["claims_supported"])
    result = party.complete(scope=f"openid {scope}")
    claims = party.claims(result)
    check_values(claims, CLAIMS_OF[scope])
    others = {name for other, names in CLAIMS_OF.items() if other != scope for name in names}
    assert not others & set(claims)


@pytest.mark.conformance("oidcc-scope-all")
@pytest.mark.spec("Core", "5.4")
def test_the_claims_of_all_scopes(party):
    result = party.complete(scope="openid profile email address phone")
    claims = party.claims(result)
    check_values(claims, frozenset().union(*CLAIMS_OF.values()))
    assert claims["address"]["formatted"].startswith("Tom Quad\nOxford")


@pytest.mark.conformance("oidcc-scope-email", flows=WITH_ACCESS_TOKEN)
@pytest.mark.spec("Core", "5.4")
def test_where_there_is_an_access_token_the_id_token_stays_lean(party):
    result = party.complete(scope="openid email")
    assert all("email" not in (token or {}) for token in (result.front, result.back))


@pytest.mark.conformance("oidcc-claims-essential", flows=WITH_ACCESS_TOKEN)
@pytest.mark.spec("Core", "5.5")
def test_an_essential_claim_of_userinfo(party):
    asked = json.dumps({"userinfo": {"name": {"essential": True}}})
    result = party.complete(claims=asked)
    assert party.userinfo(result)["name"] == CLAIMS["name"]
    assert all("name" not in (token or {}) for token in (result.front, result.back))


@pytest.mark.conformance("oidcc-claims-essential", flows=(*FRONT_ID_TOKEN, Flow("code")))
@pytest.mark.spec("Core", "5.5")
def test_an_essential_claim_of_the_id_token(party):
    result = party.complete(claims=json.dumps({"id_token": {"name": {"essential": True}}}))
    assert result.id_token["name"] == CLAIMS["name"]
