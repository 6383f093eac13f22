"""Every signature algorithm, wherever a client may choose one, and what discovery says of it."""

import json
import time

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from oidc_pyramid.fetch import Fetched
from oidc_pyramid.interfaces import IKeysFactory
from oidc_pyramid.logout_delivery import deliver
from oidc_pyramid.protocol.client_assertion import TYPE
from oidc_pyramid.protocol.jose import Signer, new_key, public_key, public_part, verify
from oidc_pyramid.protocol.jwk import ASYMMETRIC
from oidc_pyramid.testing import answer_of, authorization_request, authorize, bearer, code_flow

HMAC = ("HS256", "HS384", "HS512")
OFFERED = (
    "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
)
CHOSEN = (
    "token_endpoint_auth_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
)

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # joserfc, RFC 9864
each_alg = pytest.mark.parametrize("alg", ASYMMETRIC)


@pytest.fixture(scope="module")
def all_keys():
    return {alg: new_key(alg) for alg in ASYMMETRIC}


@pytest.fixture
def op(make_op, all_keys):
    settings = {"oidc.signing_algs": " ".join(ASYMMETRIC), "oidc.registration": "open"}
    return make_op(keys=list(all_keys.values()), **settings)


def metadata_of(op):
    return op.browser().get("/.well-known/openid-configuration").json


def opened(op, token, alg):
    """The claims, checked by another library with our published keys."""
    keys = KeySet.import_key_set(op.browser().get("/jwks").json)
    registry = jws.JWSRegistry(algorithms=[alg])
    return json.loads(jws.deserialize_compact(token, keys, registry=registry).payload)


@pytest.mark.spec("Registration", "2")
@each_alg
def test_what_we_sign_for_a_client(op, alice, browser, alg):
    rp = op.add_client("rp", id_token_signed_response_alg=alg, userinfo_signed_response_alg=alg)
    tokens = code_flow(op, browser, rp)
    assert opened(op, tokens["id_token"], alg)["sub"] == alice
    told = browser.get("/userinfo", headers=bearer(tokens["access_token"]))
    assert opened(op, told.text, alg)["aud"] == "rp"
    again = browser.get(
        "/authorize", authorization_request(rp, prompt="none", id_token_hint=tokens["id_token"])
    )
    assert "code" in answer_of(again)


@pytest.mark.spec("Back-Channel Logout", "2.6")
@each_alg
def test_logout_tokens(op, alice, browser, alg):
    posted = []

    class Ear:
        def post_form(self, url, body):
            posted.append(body.decode().removeprefix("logout_token="))
            return Fetched(204, "", b"")

    rp = op.add_client(
        "rp",
        id_token_signed_response_alg=alg,
        backchannel_logout_uri="https://rp.example/bye",
        post_logout_redirect_uris=("https://rp.example/gone",),
    )
    hint = code_flow(op, browser, rp)["id_token"]
    browser.get("/end_session", {"id_token_hint": hint})
    keys = op.app.registry.getUtility(IKeysFactory)
    assert deliver(op.db, op.runtime.settings, keys, Ear()) == 1
    assert opened(op, posted[0], alg)["sub"] == alice


@pytest.mark.spec("Core", "9")
@each_alg
def test_assertions_of_clients(op, browser, all_keys, alg):
    key = all_keys[alg]
    op.add_client(
        "jwt",
        secret=None,
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg=alg,
        jwks=json.dumps({"keys": [public_part(key)]}),
        grant_types=("client_credentials",),
        scope=("api",),
    )
    now = int(time.time())
    claims = {"iss": "jwt", "sub": "jwt", "aud": op.issuer, "exp": now + 60, "jti": alg}
    assertion = Signer(json.dumps(key), alg, str(key["kid"])).sign(claims)
    body = {"grant_type": "client_credentials", "client_assertion_type": TYPE}
    browser.post("/token", {**body, "client_assertion": assertion}, status=200)


@pytest.mark.spec("Core", "6.1")
@each_alg
def test_request_objects_of_clients(op, browser, all_keys, alg):
    key = all_keys[alg]
    rp = op.add_client(
        "rp",
        request_object_signing_alg=alg,
        jwks=json.dumps({"keys": [public_part(key)]}),
    )
    asked = {"iss": "rp", "aud": op.issuer, **authorization_request(rp)}
    token = Signer(json.dumps(key), alg, str(key["kid"])).sign(asked)
    page = browser.get("/authorize", {"client_id": "rp", "request": token})
    assert page.headers["Location"].endswith("/login")


@pytest.mark.spec("Discovery", "3")
def test_all_of_them_are_named(op):
    metadata = metadata_of(op)
    for name in (*OFFERED, *CHOSEN):
        assert set(metadata[name]) == {*ASYMMETRIC, *HMAC}, name


@pytest.mark.spec("Discovery", "3")
def test_what_no_key_signs_with_is_neither_named_nor_registered(make_op, jwks, all_keys):
    settings = {"oidc.signing_algs": "RS256 ES256 PS384", "oidc.registration": "open"}
    op = make_op(keys=[*jwks, all_keys["EdDSA"]], **settings)
    wanted = {"RS256", "ES256", "EdDSA", *HMAC}
    assert all(set(metadata_of(op)[name]) == wanted for name in OFFERED)
    for name in ("id_token_signed_response_alg", "userinfo_signed_response_alg"):
        for alg, status in (("PS384", 400), ("EdDSA", 201), ("HS384", 201)):
            document = {"redirect_uris": ["https://rp.example/cb"], name: alg}
            op.browser().post_json("/clients", document, status=status)


@pytest.mark.spec("RFC 8414", "2")
@pytest.mark.parametrize(
    "methods,algs",
    [
        ("client_secret_basic private_key_jwt", set(ASYMMETRIC)),
        ("client_secret_basic client_secret_jwt", set(HMAC)),
        ("client_secret_basic", set()),
    ],
    ids=["keys", "secrets", "neither"],
)
def test_assertions_are_signed_as_the_enabled_methods_do(make_op, methods, algs):
    metadata = metadata_of(make_op(**{"oidc.client_auth": methods}))
    for endpoint in ("token", "revocation", "introspection"):
        named = metadata.get(f"{endpoint}_endpoint_auth_signing_alg_values_supported", [])
        assert set(named) == algs


def test_a_key_signs_with_its_own_algorithm_alone(op, alice, browser, all_keys):
    rp = op.add_client("rp", id_token_signed_response_alg="PS256")
    code_flow(op, browser, rp)
    claims = {"iss": op.issuer, "aud": "rp", "sub": alice}
    key = all_keys["PS256"]
    forged = Signer(json.dumps(key), "RS256", str(key["kid"])).sign(claims)
    assert verify(forged, [public_key({**public_part(key), "alg": "RS256"})], ["RS256"])
    answer = authorize(op, browser, rp, prompt="none", id_token_hint=forged)
    assert answer_of(answer)["error"] == "invalid_request"
