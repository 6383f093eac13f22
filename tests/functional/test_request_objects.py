"""``request`` and ``request_uri`` (Core §6, RFC 9101), and what is encrypted (RFC 7516)."""

import json
import time

import pytest
from jwcrypto.jwk import JWK

from oidc_pyramid.fetch import Fetched, FetchRefused
from oidc_pyramid.models.keys import CURRENT, SigningKey
from oidc_pyramid.protocol.jose import (
    Signer,
    new_key,
    parse_jwks,
    public_part,
    symmetric_key,
    unsigned,
    verify,
)
from oidc_pyramid.protocol.jwe import decrypt, encrypt, new_encryption_key
from oidc_pyramid.testing import (
    OWN_FORM,
    allow,
    answer_of,
    authorization_request,
    authorize,
    bearer,
    code_flow,
    redeem,
)

URI = "https://rp.example/request.jwt"


@pytest.fixture(scope="module")
def key():
    return new_key("ES256")


@pytest.fixture
def op(make_op):
    return make_op(**{"oidc.request_uri_parameter": "true"})


@pytest.fixture
def rp(op, key):
    jwks = json.dumps({"keys": [public_part(key)]})
    return op.add_client("rp", jwks=jwks, request_uris=(URI,))


def inside(op, rp, **more):
    claims = {"iss": "rp", "aud": op.issuer, **authorization_request(rp), **more}
    return {name: value for name, value in claims.items() if value is not None}


def signed(key, claims, alg="ES256", typ=None):
    return Signer(json.dumps(key), alg, key.get("kid")).sign(claims, typ)


def ask(browser, rp, status=None, **params):
    return browser.get("/authorize", {"client_id": rp.client_id, **params}, status=status)


def finish(response):
    page = response.follow()
    form = page.forms["login-form"]
    form["username"], form["password"] = "alice", "wonderland"
    return answer_of(allow(form.submit(headers=OWN_FORM)))


@pytest.mark.spec("RFC 9101", "6.3")
def test_ro_04_only_what_is_inside_counts(op, rp, alice, browser, key):
    token = signed(key, inside(op, rp, state="inner"), typ="oauth-authz-req+jwt")
    response = ask(
        browser,
        rp,
        request=token,
        state="outer",
        scope="openid email",
        redirect_uri="https://evil.example/cb",
        response_type="code",
    )
    assert finish(response)["state"] == "inner"


@pytest.mark.spec("Core", "6.1")
def test_claims_numbers_and_objects_are_read(op, rp, alice, browser, key):
    token = signed(key, inside(op, rp, max_age=3600, claims={"id_token": {"email": None}}))
    assert "code" in finish(ask(browser, rp, request=token))


def test_members_that_nobody_knows_are_ignored(op, rp, alice, browser, key):
    token = signed(key, inside(op, rp, unknown=[1, {"x": 1.5}], other=2.5))
    assert "code" in finish(ask(browser, rp, request=token))


NOW = int(time.time())


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"iss": "other"},
        {"aud": "https://other.example"},
        {"exp": NOW - 60},
        {"exp": NOW + 70 * 60},
        {"nbf": NOW + 3600},
        {"nbf": NOW - 70 * 60},
        {"exp": "soon"},
        {"request": "x"},
        {"request_uri": "x"},
        {"client_secret": "x"},
        {"sub": "rp"},
        {"scope": ["openid"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_ro_02_03_05_what_is_refused(op, rp, alice, browser, key, change):
    token = signed(key, inside(op, rp, **change))
    response = ask(browser, rp, request=token, redirect_uri=rp.redirect_uri, state="s")
    answer = answer_of(response)
    assert (answer["error"], answer["state"]) == ("invalid_request_object", "s")
    assert ask(browser, rp, status=400, request=token).status_int == 400


def test_ro_03_a_clock_that_is_8_seconds_ahead_is_forgiven(op, rp, alice, browser, key):
    token = signed(key, inside(op, rp, nbf=int(time.time()) + 8, exp=int(time.time()) + 300))
    assert "code" in finish(ask(browser, rp, request=token))


def test_ro_01_02_signatures(op, rp, alice, browser, key):
    claims = inside(op, rp)
    other = {**new_key("ES256"), "kid": key["kid"]}
    public = json.dumps(public_part(key)).encode().ljust(64)
    good = signed(key, claims)
    for token in (
        unsigned(claims),
        signed(other, claims),
        signed({**symmetric_key(public, "HS256"), "kid": key["kid"]}, claims, "HS256"),
        good.rpartition(".")[0] + ".",
        good.rpartition(".")[0],
        good + "x",
        json.dumps({"payload": good}),
    ):
        answer = answer_of(ask(browser, rp, request=token, redirect_uri=rp.redirect_uri))
        assert answer["error"] == "invalid_request_object"


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "client-authentication+jwt", "dpop+jwt"])
def test_ro_06_tokens_of_other_types(op, rp, browser, key, typ):
    token = signed(key, inside(op, rp), typ=typ)
    answer = answer_of(ask(browser, rp, request=token, redirect_uri=rp.redirect_uri))
    assert answer["error"] == "invalid_request_object"


def test_ro_07_a_client_that_must_sign_can_not_do_without(op, rp, browser, key):
    op.change_client("rp", require_signed_request_object=True)
    plain = answer_of(browser.get("/authorize", authorization_request(rp)))
    assert plain["error"] == "invalid_request"
    token = unsigned(inside(op, rp))
    answer = answer_of(ask(browser, rp, request=token, redirect_uri=rp.redirect_uri))
    assert answer["error"] == "invalid_request_object"


def test_unsigned_ones_where_the_deployment_wants_them(make_op):
    op = make_op(**{"oidc.request_object_unsigned": "true"})
    rp, browser = op.add_client("rp"), op.browser()
    op.add_user("alice", "wonderland")
    token = unsigned(inside(op, rp, state="inner"))
    assert finish(ask(browser, rp, request=token))["state"] == "inner"


@pytest.mark.spec("Core", "3.1.2.6")
def test_switched_off_means_not_supported(make_op):
    op = make_op(**{"oidc.request_parameter": "false"})
    rp, browser = op.add_client("rp", request_uris=(URI,)), op.browser()
    outside = {"redirect_uri": rp.redirect_uri, "state": "s"}
    for name, value in (("request", "x.y.z"), ("request_uri", URI)):
        answer = answer_of(ask(browser, rp, **outside, **{name: value}))
        assert answer["error"] == f"{name}_not_supported"
    document = browser.get("/.well-known/openid-configuration").json
    assert document["request_parameter_supported"] is False
    assert "request_object_signing_alg_values_supported" not in document


class Shelf:
    """Stands in for the network: what is fetched, and what was asked for."""

    def __init__(self, body):
        self.body, self.asked = body, []

    def get(self, url, *, accept=""):
        self.asked.append(url)
        if isinstance(self.body, Exception):
            raise self.body
        return Fetched(200, "application/oauth-authz-req+jwt", self.body)


@pytest.mark.spec("Core", "6.2")
def test_a_registered_request_uri_is_fetched(op, rp, alice, browser, key):
    shelf = op.runtime.fetcher = Shelf(signed(key, inside(op, rp, state="inner")).encode())
    answer = finish(ask(browser, rp, request_uri=f"{URI}#v2", response_type="code", scope="openid"))
    assert answer["state"] == "inner"
    assert shelf.asked == [URI]


@pytest.mark.parametrize(
    "uri",
    [
        "https://rp.example/other.jwt",
        "http://127.0.0.1:6379/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "https://user@rp.example/request.jwt",
        URI + "?x=1",
        "https://rp.example/" + "x" * 600,
        "urn:ietf:params:oauth:request_uri:x",
    ],
)
def test_ro_08_anything_else_is_not_even_asked_for(op, rp, browser, uri):
    shelf = op.runtime.fetcher = Shelf(b"")
    answer = answer_of(ask(browser, rp, request_uri=uri, redirect_uri=rp.redirect_uri))
    assert answer["error"] == "invalid_request_uri"
    assert shelf.asked == []


def test_a_request_uri_that_fails_is_told_to_the_client(op, rp, browser):
    op.runtime.fetcher = Shelf(FetchRefused("no answer"))
    answer = answer_of(ask(browser, rp, request_uri=URI, redirect_uri=rp.redirect_uri))
    assert answer["error"] == "invalid_request_uri"


def test_both_at_once_are_refused(op, rp, browser, key):
    token = signed(key, inside(op, rp))
    answer = answer_of(
        ask(browser, rp, request=token, request_uri=URI, redirect_uri=rp.redirect_uri)
    )
    assert answer["error"] == "invalid_request"


@pytest.mark.parametrize("alg", ["RSA-OAEP-256", "ECDH-ES"])
def test_a_request_object_may_be_encrypted_to_us(op, rp, alice, browser, key, alg):
    ours = new_encryption_key(alg)
    with op.provider() as provider:
        secret = op.runtime.settings.secret
        provider.keys.add(SigningKey(ours, secret, state=CURRENT, now=NOW))
    published = parse_jwks(
        {"keys": [k for k in browser.get("/jwks").json["keys"] if k["use"] == "enc"]}
    )
    token = signed(key, inside(op, rp, state="inner"))
    sealed = encrypt(token, published, alg, "A256GCM", cty="JWT")
    assert finish(ask(browser, rp, request=sealed))["state"] == "inner"
    naked = encrypt(unsigned(inside(op, rp)), published, alg, "A256GCM", cty="JWT")
    answer = answer_of(ask(browser, rp, request=naked, redirect_uri=rp.redirect_uri))
    assert answer["error"] == "invalid_request_object"


@pytest.mark.spec("Core", "5.3.2")
def test_userinfo_is_signed_where_the_client_wants_it(op, rp, alice, browser):
    op.change_client("rp", userinfo_signed_response_alg="ES256")
    tokens = code_flow(op, browser, rp)
    response = browser.get("/userinfo", headers=bearer(tokens["access_token"]))
    assert response.headers["Content-Type"] == "application/jwt"
    claims = verify(response.text, parse_jwks(browser.get("/jwks").json), ["ES256"])
    assert (claims["iss"], claims["aud"], claims["sub"]) == (op.issuer, "rp", alice)


@pytest.mark.parametrize("alg", ["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"])
@pytest.mark.parametrize("enc", ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"])
@pytest.mark.spec("Core", "16.14")
def test_id_token_and_userinfo_are_signed_then_encrypted(op, alice, browser, alg, enc):
    theirs = new_encryption_key("RSA-OAEP-256" if alg.startswith("RSA") else "ECDH-ES")
    public = {k: v for k, v in public_part(theirs).items() if k != "alg"}
    rp = op.add_client(
        "rp",
        jwks=json.dumps({"keys": [public]}),
        id_token_encrypted_response_alg=alg,
        id_token_encrypted_response_enc=enc,
        userinfo_signed_response_alg="ES256",
        userinfo_encrypted_response_alg=alg,
        userinfo_encrypted_response_enc=enc,
    )
    tokens = code_flow(op, browser, rp)
    ours = parse_jwks(browser.get("/jwks").json)
    private = {theirs["kid"]: JWK(**theirs)}
    assert verify(decrypt(tokens["id_token"], private), ours, ["RS256"])["sub"] == alice
    told = browser.get("/userinfo", headers=bearer(tokens["access_token"])).text
    assert verify(decrypt(told, private), ours, ["ES256"])["sub"] == alice


@pytest.mark.parametrize("kind", ["id_token", "userinfo"])
def test_keys_of_a_client_that_can_not_be_fetched_are_its_own_fault(op, alice, browser, kind):
    wants = {f"{kind}_encrypted_response_alg": "RSA-OAEP-256"}
    rp = op.add_client("rp", jwks_uri="https://127.0.0.1/jwks", **wants)
    if kind == "userinfo":
        token = code_flow(op, browser, rp)["access_token"]
        refused = browser.get("/userinfo", headers=bearer(token), status=400).json
    else:
        code = answer_of(authorize(op, browser, rp))["code"]
        refused = redeem(browser, rp, code, status=400)
    assert refused["error"] == "invalid_client_metadata"


def test_jo_15_what_is_only_encrypted_is_believed_by_nobody(op, rp, alice, browser):
    ours = new_encryption_key("ECDH-ES")
    with op.provider() as provider:
        secret = op.runtime.settings.secret
        provider.keys.add(SigningKey(ours, secret, state=CURRENT, now=NOW))
    keys = parse_jwks({"keys": [public_part(ours)]})
    forged = encrypt(
        json.dumps({"iss": op.issuer, "sub": alice, "aud": "rp"}), keys, "ECDH-ES", "A128GCM"
    )
    browser.get("/userinfo", headers=bearer(forged), status=401)
    browser.get("/end_session", {"id_token_hint": forged}, status=400)


@pytest.mark.spec("Core", "2")
def test_an_id_token_without_signature_only_where_both_want_it(make_op):
    op = make_op(**{"oidc.id_token_none": "true"})
    rp, browser = op.add_client("rp", id_token_signed_response_alg="none"), op.browser()
    op.add_user("alice", "wonderland")
    id_token = code_flow(op, browser, rp)["id_token"]
    assert id_token.endswith(".")
    assert (
        "none"
        in browser.get("/.well-known/openid-configuration").json[
            "id_token_signing_alg_values_supported"
        ]
    )
