"""Authlib: its OAuth 2 session, and its JOSE implementation (joserfc), which is not ours."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from oidc_pyramid.playground.clients import PUBLIC
from oidc_pyramid.seed import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET

CALLBACK = "http://127.0.0.1:8000/callback"
HOME = "http://127.0.0.1:8000/"
SCOPE = "openid profile email offline_access"
NONCE = "a nonce"


@pytest.fixture
def metadata(op):
    return fetch(f"{op.issuer}/.well-known/openid-configuration")


@pytest.fixture
def session():
    with OAuth2Session(
        DEMO_CLIENT_ID,
        DEMO_CLIENT_SECRET,
        scope=SCOPE,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    ) as session:
        yield session


@pytest.fixture
def tokens(session, metadata, person):
    return sign_in(session, metadata, person)


def fetch(address):
    response = requests.get(address, timeout=30)
    response.raise_for_status()
    return response.json()


def sign_in(session, metadata, person, **parameters):
    verifier = generate_token(48)
    address, state = session.create_authorization_url(
        metadata["authorization_endpoint"],
        code_verifier=verifier,
        nonce=NONCE,
        prompt="consent",
        **parameters,
    )
    answer = person.go(address)
    return session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=answer,
        code_verifier=verifier,
        state=state,
    )


def validated(id_token, metadata, client_id=DEMO_CLIENT_ID, **parameters):
    """The claims, after what Authlib checks (Core §3.1.3.7)."""
    keys = KeySet.import_key_set(fetch(metadata["jwks_uri"]))
    algorithms = metadata["id_token_signing_alg_values_supported"]
    token = jwt.decode(id_token, keys, algorithms=algorithms)
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={"iss": {"value": metadata["issuer"]}, "aud": {"value": client_id}},
        params={"client_id": client_id, **parameters},
    )
    claims.validate()
    return claims


@pytest.mark.spec("Discovery", "4.3")
def test_discovery(op, metadata):
    assert metadata["issuer"] == op.issuer
    assert fetch(f"{op.issuer}/.well-known/oauth-authorization-server")["issuer"] == op.issuer


@pytest.mark.spec("Core", "3.1.3.7")
def test_id_token_is_valid_for_others(tokens, metadata):
    parameters = {"nonce": NONCE, "access_token": tokens["access_token"]}
    claims = validated(tokens["id_token"], metadata, **parameters)
    assert claims["iss"] == metadata["issuer"]
    assert claims["nonce"] == NONCE


@pytest.mark.spec("Core", "5.3.2")
def test_userinfo(session, tokens, metadata, person):
    claims = session.get(metadata["userinfo_endpoint"]).json()
    assert claims["sub"] == validated(tokens["id_token"], metadata, nonce=NONCE)["sub"]
    assert claims["email"] == f"{person.username}@example.com"


@pytest.mark.spec("Core", "12.2")
def test_refresh(session, tokens, metadata):
    old, before = dict(tokens), validated(tokens["id_token"], metadata, nonce=NONCE)
    fresh = session.refresh_token(metadata["token_endpoint"])
    assert fresh["access_token"] != old["access_token"]
    assert fresh["refresh_token"] != old["refresh_token"]
    assert validated(fresh["id_token"], metadata)["sub"] == before["sub"]
    assert session.get(metadata["userinfo_endpoint"]).json()["sub"] == before["sub"]


@pytest.mark.spec("RFC 7662", "2.2")
@pytest.mark.spec("RFC 7009", "2.1")
def test_introspection_and_revocation(session, tokens, metadata):
    endpoint, refresh_token = metadata["introspection_endpoint"], tokens["refresh_token"]
    before = session.introspect_token(
        endpoint, token=refresh_token, token_type_hint="refresh_token"
    ).json()
    assert (before["active"], before["client_id"]) == (True, DEMO_CLIENT_ID)
    done = session.revoke_token(
        metadata["revocation_endpoint"], token=refresh_token, token_type_hint="refresh_token"
    )
    assert done.status_code == 200
    assert session.introspect_token(endpoint, token=refresh_token).json() == {"active": False}
    assert session.get(metadata["userinfo_endpoint"]).status_code == 401


@pytest.mark.spec("RP-Initiated Logout", "2")
def test_sign_out_ends_the_session(session, tokens, metadata, person):
    request = requests.Request(
        "GET",
        metadata["end_session_endpoint"],
        params={
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": HOME,
            "state": "goodbye",
        },
    )
    assert person.go(request.prepare().url) == f"{HOME}?state=goodbye"
    person.pages.clear()
    sign_in(session, metadata, person)
    assert person.pages[1].startswith("Sign in"), person.pages


@pytest.mark.spec("RFC 9207", "2")
@pytest.mark.parametrize("decision, told", [("allow", "code"), ("deny", "error")])
def test_every_answer_names_the_provider(session, metadata, person, decision, told):
    person.decision = decision
    address, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=generate_token(48)
    )
    answer = parse_qs(urlsplit(person.go(address)).query)
    assert (answer["iss"], answer["state"]) == ([metadata["issuer"]], [state])
    assert told in answer


@pytest.mark.spec("RFC 7636", "4.5")
def test_a_client_without_a_secret(op, metadata, person):
    with OAuth2Session(
        PUBLIC,
        scope="openid",
        redirect_uri=f"{op.issuer}/playground/callback",
        token_endpoint_auth_method="none",
        code_challenge_method="S256",
    ) as session:
        tokens = sign_in(session, metadata, person)
        assert validated(tokens["id_token"], metadata, PUBLIC, nonce=NONCE)["sub"]


@pytest.mark.spec("RFC 6749", "2.3.1")
def test_the_secret_in_the_body(op, metadata, person):
    document = {
        "redirect_uris": ["https://rp.example/cb"],
        "token_endpoint_auth_method": "client_secret_post",
    }
    made = requests.post(metadata["registration_endpoint"], json=document, timeout=30).json()
    with OAuth2Session(
        made["client_id"],
        made["client_secret"],
        scope="openid",
        redirect_uri="https://rp.example/cb",
        token_endpoint_auth_method="client_secret_post",
        code_challenge_method="S256",
    ) as session:
        tokens = sign_in(session, metadata, person)
        assert validated(tokens["id_token"], metadata, made["client_id"], nonce=NONCE)["sub"]
