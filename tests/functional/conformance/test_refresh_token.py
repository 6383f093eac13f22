"""Refresh tokens (Core §11, §12)."""

import pytest
from joserfc import jwt

from tests.functional.conformance import checker
from tests.functional.conformance.flows import CODE
from tests.functional.conformance.party import Party

pytestmark = [pytest.mark.spec("Core", "12.2"), pytest.mark.spec("RFC 6749", "6")]


def refresh(party, token, **more):
    more.setdefault("grant_type", "refresh_token")
    return party.token_request(refresh_token=token, redirect_uri=None, **more)


@pytest.mark.conformance("oidcc-refresh-token", flows=CODE)
def test_the_new_tokens(party, clock):
    assert "refresh_token" in party.metadata["grant_types_supported"]
    assert "offline_access" in party.metadata["scopes_supported"]
    result = party.complete(scope="openid offline_access", prompt="consent")
    clock.shift(5)
    tokens = checker.check_tokens(refresh(party, result.tokens["refresh_token"]))
    assert tokens["access_token"] != result.tokens["access_token"]
    party.asked["nonce"] = None
    claims = party.id_token(tokens["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert claims[name] == result.back[name]
    assert claims["iat"] == result.back["iat"] + 5
    assert "azp" not in claims


@pytest.mark.conformance("oidcc-refresh-token", flows=CODE)
def test_the_refresh_token_of_another_client(party, op, add_client):
    token = party.complete(scope="openid offline_access", prompt="consent").tokens["refresh_token"]
    other = Party(op, add_client(), party.flow, party.browser)
    other.asked = other.request()
    checker.check_token_error(refresh(other, token, status=400), "invalid_grant")
    checker.check_tokens(refresh(party, token))


@pytest.mark.conformance("oidcc-refresh-token", flows=CODE)
@pytest.mark.spec("Core", "12.2")
def test_the_nonce_is_the_first_one_or_none(party):
    result = party.complete(scope="openid offline_access", prompt="consent")
    tokens = refresh(party, result.tokens["refresh_token"]).json
    claims = jwt.decode(tokens["id_token"], party.keys, algorithms=list(checker.ALGS)).claims
    assert claims.get("nonce") in (None, party.asked["nonce"])
