"""The plain flow and its variations that must not matter."""

import json
import secrets
import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import pytest
from joserfc import jws

from oidc_pyramid.testing import make_provider, pkce
from tests.functional.conformance.flows import BASIC, CODE, FRONT_ID_TOKEN, ONE, having


@pytest.mark.conformance("oidcc-server")
@pytest.mark.spec("Core", "3.1.2.5")
@pytest.mark.spec("Core", "3.2.2.5")
@pytest.mark.spec("Core", "3.3.2.5")
def test_the_plain_flow(party):
    result = party.complete()
    assert result.answer.pages == ["login", "consent"]
    if result.id_token is not None:
        assert not {"name", "email"} & set(result.id_token)
    if result.access_token is not None:
        party.userinfo(result)


@pytest.mark.conformance("oidcc-idtoken-signature", flows=having("id_token"))
@pytest.mark.spec("Core", "2")
@pytest.mark.spec("Core", "15.1")
def test_signed_with_rs256_unless_the_client_says_otherwise(party):
    result = party.complete()
    header = jws.extract_compact(result.raw_id_token.encode()).headers()
    assert header["alg"] == "RS256"
    assert header["kid"] in {key.kid for key in party.keys.keys}


@pytest.mark.conformance("oidcc-idtoken-rs256", flows=BASIC)
@pytest.mark.spec("Core", "15.1")
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_signed_as_the_client_is_registered(party, op, alg):
    op.change_client(party.client.client_id, id_token_signed_response_alg=alg)
    result = party.complete()
    assert jws.extract_compact(result.raw_id_token.encode()).headers()["alg"] == alg


@pytest.mark.conformance("oidcc-idtoken-unsigned", flows=BASIC)
@pytest.mark.spec("Core", "2")
def test_an_unsigned_id_token_from_the_token_endpoint(party, op):
    assert "none" in party.metadata["id_token_signing_alg_values_supported"]
    op.change_client(party.client.client_id, id_token_signed_response_alg="none")
    header, claims, signature = party.redeem(party.authorize())["id_token"].split(".")
    assert json.loads(urlsafe_b64decode(header + "==")) == {"alg": "none"}
    assert json.loads(urlsafe_b64decode(claims + "=="))["nonce"] == party.asked["nonce"]
    assert not signature


@pytest.mark.conformance("oidcc-idtoken-unsigned", flows=ONE)
@pytest.mark.spec("Core", "2")
def test_an_unsigned_id_token_is_off_by_default(jwks):
    browser = make_provider(keys=jwks).browser()
    metadata = browser.get("/.well-known/openid-configuration").json
    assert "none" not in metadata["id_token_signing_alg_values_supported"]


@pytest.mark.conformance(
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
    flows=having("code", without=("id_token",)),
)
@pytest.mark.spec("Core", "3.1.2.1")
def test_no_nonce_is_needed_with_a_code(party):
    assert "nonce" not in party.complete(nonce=None).id_token


@pytest.mark.conformance("oidcc-ensure-request-without-nonce-fails", flows=FRONT_ID_TOKEN)
@pytest.mark.spec("Core", "3.2.2.1")
@pytest.mark.spec("Core", "3.3.2.11")
def test_a_nonce_is_needed_where_the_id_token_comes_first(party):
    answer = party.refused(party.ask(nonce=None), "invalid_request")
    assert answer.transport == party.flow.transport


@pytest.mark.conformance("oidcc-response-type-missing", flows=BASIC)
@pytest.mark.spec("RFC 6749", "3.1.1")
def test_without_response_type(party):
    response = party.ask(response_type=None)
    party.refused(response, "unsupported_response_type", "invalid_request")


@pytest.mark.conformance("oidcc-alternate-happy-flow")
def test_parameters_and_scopes_in_another_order(party):
    request = party.request(scope="email openid")
    walk = party.walk(party.browser.get("/authorize", list(reversed(request.items()))))
    party.finish(party.answer(walk.response))


@pytest.mark.conformance("oidcc-ensure-request-with-unknown-parameter-succeeds")
@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.spec("Core", "3.1.2.1")
def test_an_unknown_parameter_is_ignored(party):
    party.complete(extra="foobar")


@pytest.mark.conformance("oidcc-ensure-post-request-succeeds")
@pytest.mark.spec("Core", "3.1.2.1")
def test_the_request_may_come_by_post(party):
    walk = party.walk(party.browser.post("/authorize", party.request()))
    assert walk.pages == ["login", "consent"]
    party.finish(party.answer(walk.response))


@pytest.mark.conformance("oidcc-server-client-secret-post", flows=CODE)
@pytest.mark.spec("Core", "9")
def test_the_secret_in_the_body(party, op):
    client = party.client
    op.change_client(client.client_id, token_endpoint_auth_method="client_secret_post")
    assert "client_secret_post" in party.metadata["token_endpoint_auth_methods_supported"]
    secret = {"client_id": client.client_id, "client_secret": client.secret}
    party.finish(party.authorize(), headers={}, **secret)


@pytest.mark.conformance("oidcc-ensure-request-with-valid-pkce-succeeds", flows=CODE)
@pytest.mark.spec("RFC 7636", "4.6")
def test_the_longest_verifier_with_all_its_characters(party):
    letters = string.ascii_letters + string.digits
    verifier = "-._~" + "".join(secrets.choice(letters) for _ in range(124))
    digest = sha256(verifier.encode()).digest()
    challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
    answer = party.authorize(code_challenge=challenge, code_challenge_method="S256")
    party.finish(answer, code_verifier=verifier)


@pytest.mark.conformance("oidcc-server", flows=BASIC)
@pytest.mark.spec("RFC 7636", "4.2")
def test_a_public_client_with_a_proof(add_client, party):
    verifier, challenge = pkce()
    party.client = add_client(secret=None)
    answer = party.authorize(code_challenge=challenge, code_challenge_method="S256")
    own = {"client_id": party.client.client_id, "code_verifier": verifier}
    party.finish(answer, headers={}, **own)
