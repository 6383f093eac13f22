"""Authlib as a resource server: its validator of JWT access tokens (RFC 9068 §4)."""

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet

from oidc_pyramid.seed import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET

API, OTHER = "https://api.example/", "https://other.example/"


class Validator(JWTBearerTokenValidator):
    """Of a resource server that knows nothing but the issuer and its own name."""

    def get_jwks(self):
        metadata = get(f"{self.issuer}/.well-known/oauth-authorization-server")
        return KeySet.import_key_set(get(metadata["jwks_uri"]))

    def accepts(self, text, *scopes):
        token = self.authenticate_token(text)
        self.validate_token(token, list(scopes), None)
        return token


def get(address):
    response = requests.get(address, timeout=30)
    response.raise_for_status()
    return response.json()


@pytest.fixture
def tokens(op, person):
    with OAuth2Session(
        DEMO_CLIENT_ID,
        DEMO_CLIENT_SECRET,
        scope="openid profile email",
        redirect_uri="http://127.0.0.1:8000/callback",
        code_challenge_method="S256",
    ) as session:
        verifier = generate_token(48)
        address, state = session.create_authorization_url(
            f"{op.issuer}/authorize", code_verifier=verifier, resource=API
        )
        answer = person.go(address)
        return session.fetch_token(
            f"{op.issuer}/token",
            authorization_response=answer,
            code_verifier=verifier,
            state=state,
            resource=API,
        )


@pytest.mark.spec("RFC 9068", "4")
def test_it_accepts_what_is_for_it(op, tokens):
    token = Validator(op.issuer, API).accepts(tokens["access_token"], "email profile")
    assert (token["client_id"], token["scope"]) == (DEMO_CLIENT_ID, "profile email")
    assert token.header["typ"] == "at+jwt"


@pytest.mark.spec("RFC 9068", "4")
@pytest.mark.spec("RFC 9068", "5")
def test_it_refuses_what_is_not(op, tokens):
    with pytest.raises(InvalidTokenError):
        Validator(op.issuer, OTHER).accepts(tokens["access_token"])
    with pytest.raises(InsufficientScopeError):
        Validator(op.issuer, API).accepts(tokens["access_token"], "admin")
    for name in (API, DEMO_CLIENT_ID):
        with pytest.raises(InvalidTokenError):
            Validator(op.issuer, name).accepts(tokens["id_token"])
