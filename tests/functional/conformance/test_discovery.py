"""The metadata and the keys (Discovery §3, RFC 8414 §2)."""

import pytest

from oidc_pyramid import testing
from tests.functional.conformance.checker import check_jwks
from tests.functional.conformance.flows import ONE
from tests.functional.conformance.metadata_schema import check_metadata

pytestmark = [
    pytest.mark.conformance("oidcc-discovery-endpoint-verification", flows=ONE),
    pytest.mark.spec("Discovery", "3"),
    pytest.mark.spec("RFC 8414", "2"),
]


def test_the_document(party):
    response = party.browser.get("/.well-known/openid-configuration")
    assert response.content_type == "application/json"
    check_metadata(response.json, party.op.issuer)


def test_the_document_of_a_provider_with_the_default_settings(jwks):
    op = testing.make_provider(keys=jwks)
    metadata = op.browser().get("/.well-known/openid-configuration").json
    check_metadata(metadata, op.issuer)
    assert metadata["response_types_supported"] == ["code"]


@pytest.mark.spec("RFC 8414", "3")
def test_the_same_at_the_address_of_rfc_8414(party):
    response = party.browser.get("/.well-known/oauth-authorization-server")
    assert response.json == party.metadata


@pytest.mark.spec("Core", "10.1")
def test_the_keys(party):
    response = party.browser.get("/jwks")
    assert response.content_type in {"application/json", "application/jwk-set+json"}
    check_jwks(response.json)


@pytest.mark.spec("Core", "15.1")
def test_what_every_provider_has_to_offer(party):
    metadata = party.metadata
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]
    assert "openid" in metadata["scopes_supported"]
    assert "S256" in metadata["code_challenge_methods_supported"]
    assert set(metadata["prompt_values_supported"]) >= {
        "none",
        "login",
        "consent",
        "select_account",
    }
