"""idpyoidc: its relying-party handler does discovery, registration and the rest by itself."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptojwt.key_jar import init_key_jar
from idpyoidc.client.rp_handler import RPHandler

from oidc_pyramid.seed import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET

HOME = "http://127.0.0.1:8000/"
CALLBACK = f"{HOME}callback"
ELSEWHERE = "https://rp.example/cb"
SERVICES = {
    "discovery": "provider_info_discovery.ProviderInfoDiscovery",
    "registration": "registration.Registration",
    "authorization": "authorization.Authorization",
    "accesstoken": "access_token.AccessToken",
    "refresh_token": "refresh_access_token.RefreshAccessToken",
    "userinfo": "userinfo.UserInfo",
    "end_session": "end_session.EndSession",
}
PKCE = {
    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
}
SCOPE = ["openid", "profile", "email", "offline_access"]


def handler(op, **client):
    """A relying party for one provider."""
    services = {
        name: {"class": f"idpyoidc.client.oidc.{where}"}
        for name, where in SERVICES.items()
        if name != "registration" or "client_id" not in client
    }
    configuration = {
        "issuer": op.issuer,
        "client_type": "oidc",
        "response_types_supported": ["code"],
        "scopes_supported": SCOPE,
        "services": services,
        "client_authn_methods": ["client_secret_basic", "bearer_header"],
        "add_ons": {"pkce": PKCE},
        **client,
    }
    keys = init_key_jar(key_defs=[{"type": "EC", "crv": "P-256", "use": ["sig"]}], issuer_id="")
    return RPHandler(base_url=HOME, client_configs={"op": configuration}, keyjar=keys)


def known(op):
    return handler(
        op,
        client_id=DEMO_CLIENT_ID,
        client_secret=DEMO_CLIENT_SECRET,
        redirect_uris=[CALLBACK],
        post_logout_redirect_uris=[HOME],
    )


def sign_in(party, person, scope=SCOPE):
    """What ``finalize`` has found: the state, tokens and UserInfo, or an error."""
    begun = party.begin("op", req_args={"scope": scope, "prompt": "consent"})
    address = begun if isinstance(begun, str) else begun["url"]
    answer = dict(parse_qsl(urlsplit(person.go(address)).query))
    return party.finalize(party.state2issuer(answer["state"]), answer)


def test_sign_in(op, person):
    found = sign_in(known(op), person)
    assert "error" not in found, found
    assert found["id_token"]["iss"] == op.issuer
    assert found["userinfo"]["sub"] == found["id_token"]["sub"]
    assert found["userinfo"]["email"] == f"{person.username}@example.com"


def test_refresh(op, person):
    party = known(op)
    found = sign_in(party, person)
    fresh = party.refresh_access_token(found["state"])
    assert fresh["access_token"] != found["token"]
    again = party.get_user_info(found["state"], access_token=fresh["access_token"])
    assert again["sub"] == found["userinfo"]["sub"]


def test_a_person_who_says_no(op, person):
    person.decision = "deny"
    assert "access_denied" in str(sign_in(known(op), person)["error"])


def test_sign_out(op, person):
    party = known(op)
    found = sign_in(party, person)
    left = party.logout(found["state"], post_logout_redirect_uri=HOME)
    assert person.go(left["url"]).startswith(HOME)


@pytest.mark.spec("Registration", "3.1")
def test_registration_and_sign_in(op, person):
    """The library takes no more than one scope from a registration response."""
    party = handler(op, redirect_uris=[ELSEWHERE], application_type="web", client_name="A newcomer")
    found = sign_in(party, person, ["openid"])
    assert "error" not in found, found
    assert found["userinfo"]["sub"] == found["id_token"]["sub"]
    assert found["id_token"]["aud"] not in ([""], [DEMO_CLIENT_ID])
