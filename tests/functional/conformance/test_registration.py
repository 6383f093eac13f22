"""Clients that register themselves (the plans' ``dynamic_client`` variant, the dynamic plan)."""

import json
from base64 import urlsafe_b64decode

import pytest
from joserfc import jws, jwt

from oidc_pyramid.client_keys import ClientKeys
from oidc_pyramid.testing import bearer
from tests.functional.conformance import checker
from tests.functional.conformance.flows import BASIC, CODE, FLOWS, FRONT_ID_TOKEN, ONE
from tests.functional.conformance.registering import (
    CALLBACK,
    HOME,
    assertion,
    metadata_for,
    refused,
    unregister,
)

PLAIN = tuple(flow for flow in FLOWS if flow.mode is None)
TOKEN_ENDPOINT = "https://op.example/token"


def header_of(token):
    return jws.extract_compact(token.encode()).headers()


@pytest.mark.conformance("oidcc-server", flows=PLAIN)
@pytest.mark.spec("Registration", "3.2")
@pytest.mark.spec("RFC 7591", "3.2.1")
@pytest.mark.spec("RFC 7592", "2.3")
def test_the_plain_flow(registered):
    party = registered()
    party.complete()
    unregister(party.browser, party.made)


@pytest.mark.conformance("oidcc-idtoken-rs256", flows=(*BASIC, *FRONT_ID_TOKEN))
@pytest.mark.spec("Registration", "2")
def test_rs256_on_demand(registered):
    result = registered(id_token_signed_response_alg="RS256").complete()
    assert header_of(result.raw_id_token)["alg"] == "RS256"


@pytest.mark.conformance("oidcc-idtoken-unsigned", flows=BASIC)
@pytest.mark.spec("Core", "2")
def test_no_signature_on_demand(registered):
    party = registered(id_token_signed_response_alg="none")
    header, _claims, signature = party.redeem(party.authorize())["id_token"].split(".")
    assert json.loads(urlsafe_b64decode(header + "==")) == {"alg": "none"}
    assert not signature


@pytest.mark.conformance("oidcc-userinfo-rs256", flows=CODE)
@pytest.mark.spec("Core", "5.3.2")
def test_signed_userinfo(registered):
    party = registered(userinfo_signed_response_alg="RS256")
    assert "RS256" in party.metadata["userinfo_signing_alg_values_supported"]
    result = party.complete()
    response = party.browser.get("/userinfo", headers=bearer(result.access_token))
    assert response.content_type == "application/jwt"
    claims = jwt.decode(response.text, party.keys, algorithms=["RS256"]).claims
    assert claims["iss"] == party.op.issuer
    assert claims["aud"] == party.client.client_id
    assert claims["sub"] == result.subject
    assert "nonce" not in claims


@pytest.mark.conformance("oidcc-redirect-uri-regfrag", flows=ONE)
@pytest.mark.spec("RFC 7591", "3.2.2")
def test_a_fragment_is_refused(party, flow, client_keys):
    metadata = metadata_for(flow, client_keys[:1], redirect_uris=[f"{CALLBACK}#foobar"])
    assert refused(party.browser, metadata) == "invalid_redirect_uri"


@pytest.mark.conformance(
    "oidcc-registration-logo-uri",
    "oidcc-registration-policy-uri",
    "oidcc-registration-tos-uri",
    flows=ONE,
)
@pytest.mark.spec("Registration", "2")
def test_the_consent_page_shows_it(registered, module):
    name = module.removeprefix("oidcc-registration-").replace("-", "_")
    party = registered(**{name: f"{HOME}/what"})
    party.complete()
    page = party.ask(prompt="consent").follow()
    assert page.html.select(f'img[src="{HOME}/what"], a[href="{HOME}/what"]')


@pytest.mark.conformance("oidcc-ensure-client-assertion-with-iss-aud-succeeds", flows=BASIC)
@pytest.mark.spec("Core", "9")
@pytest.mark.parametrize("audience", ["https://op.example", TOKEN_ENDPOINT])
def test_an_assertion_for_the_issuer_or_the_token_endpoint(registered, client_keys, audience):
    party = registered(token_endpoint_auth_method="private_key_jwt")
    proof = assertion(party.client.client_id, client_keys[0], audience)
    party.finish(party.authorize(), headers={}, **proof)


@pytest.mark.conformance("oidcc-registration-jwks-uri", flows=BASIC)
@pytest.mark.spec("Registration", "2")
def test_the_clients_keys_by_address(registered, web, client_keys):
    address = web.serve("/jwks", metadata_for(ONE[0], client_keys[:1])["jwks"])
    party = registered(jwks=None, jwks_uri=address, token_endpoint_auth_method="private_key_jwt")
    proof = assertion(party.client.client_id, client_keys[0], TOKEN_ENDPOINT)
    party.finish(party.authorize(), headers={}, **proof)


@pytest.mark.conformance("oidcc-refresh-token-rp-key-rotation", flows=BASIC)
@pytest.mark.spec("Core", "10.1.1")
def test_the_client_rotates_its_keys(op, registered, web, client_keys, monkeypatch):
    old, new = client_keys
    moments = iter(range(0, 10_000, 60))
    monkeypatch.setattr(op.runtime, "client_keys", ClientKeys(web, lambda: next(moments)))
    address = web.serve("/jwks", metadata_for(ONE[0], [old])["jwks"])
    party = registered(jwks=None, jwks_uri=address, token_endpoint_auth_method="private_key_jwt")
    proof = assertion(party.client.client_id, old, TOKEN_ENDPOINT)
    answer = party.authorize(scope="openid offline_access", prompt="consent")
    token = party.finish(answer, headers={}, **proof).tokens["refresh_token"]
    jwks = metadata_for(ONE[0], [new])["jwks"]
    jwks["keys"][0]["kid"] = "another"
    web.serve("/jwks", jwks)
    proof = assertion(party.client.client_id, new, TOKEN_ENDPOINT, kid="another")
    more = {"grant_type": "refresh_token", "refresh_token": token, "redirect_uri": None}
    checker.check_tokens(party.token_request(headers={}, **more, **proof))


@pytest.mark.conformance("oidcc-registration-sector-uri", flows=PLAIN)
@pytest.mark.spec("Core", "8.1")
def test_a_sector_that_names_the_client(registered, web):
    address = web.serve("/redirect_uris.json", [CALLBACK])
    party = registered(subject_type="pairwise", sector_identifier_uri=address)
    assert "pairwise" in party.metadata["subject_types_supported"]
    party.complete()


@pytest.mark.conformance("oidcc-registration-sector-bad", flows=ONE)
@pytest.mark.spec("Registration", "5")
def test_a_sector_that_does_not(party, flow, web, client_keys):
    address = web.serve("/redirect_uris.json", ["https://example.com/op"])
    metadata = metadata_for(
        flow, client_keys[:1], subject_type="pairwise", sector_identifier_uri=address
    )
    assert refused(party.browser, metadata) == "invalid_client_metadata"


@pytest.mark.conformance("oidcc-3rd_party-init-login", flows=ONE)
@pytest.mark.spec("Core", "4")
def test_where_a_login_may_be_started(registered):
    address = f"{HOME}/login"
    party = registered(initiate_login_uri=address)
    assert party.made["initiate_login_uri"] == address
    path = party.made["registration_client_uri"].removeprefix(party.op.issuer)
    token = bearer(party.made["registration_access_token"])
    assert party.browser.get(path, headers=token).json["initiate_login_uri"] == address


@pytest.mark.conformance("oidcc-3rd_party-init-login-nohttps", flows=ONE)
@pytest.mark.spec("Core", "4")
def test_not_in_the_clear(party, flow, client_keys):
    metadata = metadata_for(flow, client_keys[:1], initiate_login_uri="http://suite.example/login")
    assert refused(party.browser, metadata) == "invalid_client_metadata"
