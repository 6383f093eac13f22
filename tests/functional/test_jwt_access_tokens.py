"""JWT access tokens (RFC 9068): what is in them, who is told about them, how they end."""

import json
import time

import pytest

from oidc_pyramid.models.keys import CURRENT, NEXT, SigningKey
from oidc_pyramid.protocol.jose import Signer, new_key, parse, parse_jwks, public_part, verify
from oidc_pyramid.testing import (
    answer_of,
    authorize,
    bearer,
    code_flow,
    token_request,
)

API, REPORTS, PLAIN = "https://api.example/", "urn:example:reports", "https://plain.example/"
SETTINGS = {
    "oidc.resources": f"""
        {API} scopes=read,write format=jwt
        {REPORTS} scopes=reports format=jwt alg=ES256 expire=10m
        {PLAIN} scopes=plain format=opaque
    """,
    "oidc.acr_values": "password",
    "oidc.response_types": "code, token",
}
MACHINE = {"grant_type": "client_credentials"}
EVERY = {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}


@pytest.fixture
def op(make_op):
    return make_op(**SETTINGS)


@pytest.fixture
def rp(op, alice):
    rp = op.add_client(
        "rp",
        grant_types=("authorization_code", "refresh_token", "client_credentials", "implicit"),
        response_types=("code", "token"),
        scope=("openid", "email", "read", "reports", "plain"),
    )
    rp.scope = "openid read reports plain"
    return rp


@pytest.fixture
def token(browser, rp):
    """For the client itself, at the API."""
    return token_request(browser, rp, **MACHINE, resource=API)["access_token"]


def believed(browser, token, alg="RS256"):
    """The claims, as a resource server believes them."""
    keys = parse_jwks(browser.get("/jwks").json)
    return verify(token, keys, (alg,), "at+jwt")


def seen(browser, rp, token):
    return browser.post("/introspect", {"token": token}, headers=rp.basic).json


def refresh(browser, rp, tokens, **more):
    body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **more}
    return token_request(browser, rp, **body)


@pytest.mark.spec("RFC 9068", "2.1")
def test_the_header(browser, rp, token):
    key = next(key for key in browser.get("/jwks").json["keys"] if key["alg"] == "RS256")
    assert parse(token).header == {"typ": "at+jwt", "alg": "RS256", "kid": key["kid"]}


@pytest.mark.spec("RFC 9068", "2.1")
def test_another_algorithm_where_the_resource_asks_for_it(browser, rp):
    answer = token_request(browser, rp, **MACHINE, resource=REPORTS)
    claims = believed(browser, answer["access_token"], "ES256")
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 600


@pytest.mark.spec("RFC 9068", "2.2")
def test_a_client_for_itself(op, browser, rp, token):
    claims = believed(browser, token)
    assert set(claims) == {*EVERY, "scope"}
    told = {name: claims[name] for name in ("iss", "aud", "sub", "client_id", "scope")}
    assert told == {
        "iss": op.issuer,
        "aud": API,
        "sub": "rp",
        "client_id": "rp",
        "scope": "read",
    }
    assert time.time() - 60 < claims["iat"] <= time.time()
    assert claims["exp"] == claims["iat"] + 3600


@pytest.mark.spec("RFC 9068", "2.2")
def test_no_two_have_the_same_id(browser, rp):
    answers = [token_request(browser, rp, **MACHINE, resource=API) for _ in range(5)]
    assert len({believed(browser, answer["access_token"])["jti"] for answer in answers}) == 5


@pytest.mark.spec("RFC 9068", "2.2")
@pytest.mark.spec("RFC 9068", "2.2.1")
def test_a_person(op, browser, rp, alice):
    tokens = code_flow(op, browser, rp, resource=API)
    claims = believed(browser, tokens["access_token"])
    assert set(claims) == {*EVERY, "scope", "auth_time", "acr", "amr"}
    id_token = parse(tokens["id_token"]).claims
    for name in ("sub", "auth_time", "acr", "amr"):
        assert claims[name] == id_token[name]
    assert (claims["aud"], claims["client_id"]) == (API, "rp")


@pytest.mark.spec("RFC 9068", "2.2.1")
def test_how_the_person_signed_in_stays_the_same(op, browser, rp):
    first = code_flow(op, browser, rp, resource=[API, REPORTS, op.issuer])
    second = refresh(browser, rp, first, resource=API)
    third = refresh(browser, rp, second, resource=REPORTS)
    told = [
        {name: claims[name] for name in ("sub", "auth_time", "acr", "amr")}
        for claims in (
            parse(first["id_token"]).claims,
            believed(browser, second["access_token"]),
            believed(browser, third["access_token"], "ES256"),
        )
    ]
    assert told[0] == told[1] == told[2]


@pytest.mark.spec("RFC 9068", "2.2.3")
def test_tk_02_no_scope_of_another_resource(op, browser, rp):
    tokens = code_flow(op, browser, rp, resource=API)
    assert believed(browser, tokens["access_token"])["scope"] == tokens["scope"] == "read"


@pytest.mark.spec("RFC 9068", "3")
def test_the_audience_is_the_resource_or_by_default_ourselves(op, make_op, browser, rp, token):
    assert believed(browser, token)["aud"] == API
    op.change_client("rp", access_token_format="jwt")
    ours = token_request(browser, rp, **MACHINE)["access_token"]
    assert believed(browser, ours)["aud"] == op.issuer


@pytest.mark.spec("RFC 9068", "3")
def test_a_token_of_the_authorization_endpoint(op, browser, rp):
    answer = answer_of(authorize(op, browser, rp, response_type="token", resource=API))
    claims = believed(browser, answer["access_token"])
    assert (claims["aud"], claims["scope"], claims["acr"]) == (API, "read", "password")
    assert seen(browser, rp, answer["access_token"])["active"] is True


def test_the_format_is_the_resources_choice_not_the_clients(op, browser, rp):
    op.change_client("rp", access_token_format="opaque")
    answer = token_request(browser, rp, **MACHINE, resource=API)
    assert believed(browser, answer["access_token"])
    op.change_client("rp", access_token_format="jwt")
    answer = token_request(browser, rp, **MACHINE, resource=PLAIN)
    assert "." not in answer["access_token"]


@pytest.mark.spec("RFC 9068", "4")
def test_what_a_resource_server_needs_is_in_the_metadata(op, browser, rp, token):
    for name in ("openid-configuration", "oauth-authorization-server"):
        document = browser.get(f"/.well-known/{name}").json
        assert document["issuer"] == believed(browser, token)["iss"]
        assert document["jwks_uri"] == f"{op.issuer}/jwks"


@pytest.mark.spec("RFC 9068", "6")
def test_a_pairwise_subject(op, browser, rp):
    op.change_client("rp", subject_type="pairwise")
    tokens = code_flow(op, browser, rp, resource=API)
    told = believed(browser, tokens["access_token"])["sub"]
    assert told == parse(tokens["id_token"]).claims["sub"]
    with op.provider() as provider:
        assert told not in dict(provider.users.tree().items())


@pytest.mark.spec("RFC 9068", "5")
def test_nobody_chooses_the_id_of_a_client_that_registers_itself(make_op):
    op = make_op(**{**SETTINGS, "oidc.registration": "open"})
    asked = {"redirect_uris": ["https://rp.example/cb"], "client_id": "admin"}
    made = op.browser().post_json("/clients", asked).json
    assert made["client_id"].startswith("c-")


@pytest.mark.spec("RFC 9068", "2.2.3.1")
def test_a_token_processor_adds_roles_and_can_not_change_what_binds_the_token(make_op):
    class Roles:
        name, kind = "roles", "access_token"

        def __call__(self, claims, context):
            person = context.account.username if context.account else context.client.client_id
            return {**claims, "roles": [f"friend of {person}"], "sub": "root", "aud": ["x"]}

    def configure(config):
        config.add_oidc_token_processor(Roles())

    op = make_op(configure, **SETTINGS)
    op.add_user("alice", "wonderland")
    rp = op.add_client(
        "rp",
        scope=("openid", "read"),
        grant_types=("authorization_code", "refresh_token", "client_credentials"),
    )
    rp.scope, browser = "openid read", op.browser()
    tokens = code_flow(op, browser, rp, resource=API)
    assert believed(browser, tokens["access_token"])["roles"] == ["friend of alice"]
    tokens = token_request(browser, rp, **MACHINE, resource=API)
    claims = believed(browser, tokens["access_token"])
    assert claims["roles"] == ["friend of rp"]
    assert (claims["sub"], claims["aud"]) == ("rp", API)


# What we do with one that comes back.


@pytest.mark.spec("RFC 7662", "2.2")
def test_introspection_says_what_is_in_it(op, browser, rp):
    tokens = code_flow(op, browser, rp, resource=API)
    claims = believed(browser, tokens["access_token"])
    told = seen(browser, rp, tokens["access_token"])
    for name in (*EVERY, "scope"):
        assert told[name] == claims[name]
    assert told["active"] is True


def test_in_02_introspection_is_for_those_whose_business_it_is(op, browser, rp, token):
    other = op.add_client("other")
    assert seen(browser, other, token) == {"active": False}
    api = op.add_client("api", scope=("token_introspection",))
    assert seen(browser, api, token)["sub"] == "rp"


def test_a_revoked_one(op, browser, rp, token):
    other = op.add_client("other")
    browser.post("/revoke", {"token": token}, headers=other.basic)
    assert seen(browser, rp, token)["active"] is True
    browser.post("/revoke", {"token": token}, headers=rp.basic)
    assert seen(browser, rp, token) == {"active": False}


@pytest.mark.parametrize("end", ["refresh token", "client", "code", "session", "account", "epoch"])
def test_it_ends_with_what_it_rests_on(op, browser, rp, alice, end):
    code = answer_of(authorize(op, browser, rp, resource=API))["code"]
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": rp.redirect_uri}
    tokens = token_request(browser, rp, **body)
    assert seen(browser, rp, tokens["access_token"])["active"] is True
    other = op.add_client("other", scope=("token_introspection",))
    if end == "refresh token":
        browser.post("/revoke", {"token": tokens["refresh_token"]}, headers=rp.basic)
    elif end == "code":
        token_request(browser, rp, status=400, **body)
    elif end == "session":
        hint = {"id_token_hint": tokens["id_token"]}
        browser.get("/end_session", hint)
    with op.provider() as provider:
        if end == "client":
            provider.clients["rp"].disable(now=int(time.time()))
        elif end == "account":
            provider.users[alice].disable(now=int(time.time()))
        elif end == "epoch":
            provider.epoch = int(time.time()) + 1
    assert seen(browser, other, tokens["access_token"]) == {"active": False}


def test_of_a_client_for_itself_the_client_is_the_anchor(op, browser, rp, token):
    with op.provider() as provider:
        provider.clients["rp"].disable(now=int(time.time()))
        provider.clients["rp"].enable()
    assert seen(browser, rp, token) == {"active": False}


@pytest.mark.spec("RFC 9068", "4")
def test_one_that_has_expired(op, browser, rp, token, monkeypatch):
    later = time.time() + 3600
    monkeypatch.setattr("oidc_pyramid.requests.time.time", lambda: later)
    assert seen(browser, rp, token) == {"active": False}


@pytest.mark.spec("RFC 9068", "4")
def test_tk_02_at_userinfo_only_those_that_are_for_us(op, browser, rp):
    op.change_client("rp", access_token_format="jwt")
    tokens = code_flow(op, browser, rp, resource=[op.issuer, API])
    ours = tokens["access_token"]
    assert browser.get("/userinfo", headers=bearer(ours)).json["sub"]
    api = refresh(browser, rp, tokens, resource=API)["access_token"]
    refused = browser.get("/userinfo", headers=bearer(api), status=401)
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_after_a_rotation_as_long_as_the_key_is_published(op, browser, rp, token):
    def turn(keep):
        with op.provider() as provider:
            ring, now = provider.keys, int(time.time())
            made = SigningKey(new_key("RS256"), op.runtime.settings.secret, state=CURRENT, now=now)
            ring.retire(ring.in_state("RS256", CURRENT), now=now, keep=keep)
            ring.add(made)

    turn(keep=3600)
    newer = token_request(browser, rp, **MACHINE, resource=API)["access_token"]
    assert parse(newer).kid != parse(token).kid
    assert seen(browser, rp, token)["active"] is seen(browser, rp, newer)["active"] is True
    turn(keep=0)
    assert seen(browser, rp, newer) == {"active": False}
    assert seen(browser, rp, token)["active"] is True


def test_the_id_tells_nobody_anything(op, browser, rp):
    tokens = code_flow(op, browser, rp, resource=API)
    told = json.dumps(believed(browser, tokens["access_token"]))
    with op.provider() as provider:
        [anchor] = [name for name, _ in provider.authorizations.tree().items()]
    assert anchor not in told


class Changing:
    """Keys elsewhere, the current one always under the same name."""

    def __init__(self, jwk):
        self.jwk = jwk

    def __call__(self, _provider, _settings):
        return self

    def signer(self, alg):
        return Signer(json.dumps(self.jwk), alg, self.jwk["kid"])

    def algs(self):
        return (self.jwk["alg"],)

    def public(self):
        return [public_part(self.jwk)]

    def decryption_keys(self):
        return {}


def test_keys_elsewhere_and_one_that_takes_the_name_of_another(make_op):
    keys = Changing(new_key("ES256", "the key"))
    resources = {"oidc.resources": f"{API} scopes=read format=jwt alg=ES256"}
    op = make_op(lambda config: config.set_oidc_keys(keys), **resources)
    rp = op.add_client("rp", grant_types=("client_credentials",), scope=("read",))
    browser = op.browser()
    before = token_request(browser, rp, **MACHINE, resource=API)["access_token"]
    assert seen(browser, rp, before)["active"] is True
    keys.jwk = new_key("ES256", "the key")
    after = token_request(browser, rp, **MACHINE, resource=API)["access_token"]
    assert seen(browser, rp, after)["active"] is True
    assert seen(browser, rp, before) == {"active": False}


def put_key_to(op, alg, state):
    with op.provider() as provider:
        for key in provider.keys.keys:
            if key.alg == alg:
                key.state = state


def test_an_algorithm_that_has_no_key_yet(op, browser, rp):
    """``oidc.signing_algs`` names more than ``init`` has made: that is for the operator to mend."""
    first = code_flow(op, browser, rp, scope="openid reports", resource=REPORTS)
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    put_key_to(op, "ES256", NEXT)
    for asked in ({**MACHINE, "resource": REPORTS}, refresh):
        answer = token_request(browser, rp, status=503, **asked)
        assert answer["error"] == "temporarily_unavailable"
    put_key_to(op, "ES256", CURRENT)
    assert token_request(browser, rp, **refresh)["access_token"]
