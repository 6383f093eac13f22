"""MX, JO, TK: a JWT access token passes for nothing else, and nothing else for one."""

import json
import time

import pytest

from oidc_pyramid.protocol.client_assertion import TYPE
from oidc_pyramid.protocol.jose import Signer, new_key, public_part, symmetric_key, unsigned
from oidc_pyramid.testing import answer_of
from tests.functional.attacks import wire
from tests.functional.attacks.cast import tokens, walk
from tests.functional.attacks.claims import claims_of, forged
from tests.functional.attacks.musts import e_redir, inactive, refused_bearer, t_err

BOOKS, FILMS = "https://books.example/", "https://films.example/"
SETTINGS = {
    "oidc.resources": f"{BOOKS} scopes=books format=jwt\n{FILMS} scopes=films format=jwt",
    "oidc.access_token_format": "jwt",
    "oidc.request_parameter": "true",
}
MACHINE = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def jwt_cast(make_cast_with):
    return make_cast_with(**SETTINGS)


@pytest.fixture(scope="module")
def victims(jwt_cast):
    """A browser of the victim, and what A was given: for itself, that is for us."""
    browser = jwt_cast.browser()
    walk(jwt_cast, browser)
    return browser, tokens(jwt_cast, browser)


@pytest.fixture(scope="module")
def service(jwt_cast):
    """A token of S, at the books."""
    return jwt_cast.post("/token", {**MACHINE, "resource": BOOKS}, jwt_cast.s).json["access_token"]


@pytest.fixture(scope="module")
def key(jwks):
    """The provider's own key: what follows is signed with it, so only the rest can be wrong."""
    return jwks[1]


def resigned(key, token, typ="at+jwt", **changes):
    claims = {**claims_of(token), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return Signer(json.dumps(key), "ES256", key["kid"]).sign(kept, typ)


def unknown(cast, token):
    """Nowhere is it a token of ours."""
    bearer = [("Authorization", f"Bearer {token}")]
    refused_bearer(wire.call(cast.op, "/userinfo", headers=bearer), "invalid_token")
    for rp in (cast.a, cast.s):
        inactive(cast.post("/introspect", {"token": token}, rp))


def test_the_helper_makes_good_ones(jwt_cast, victims, key):
    _, granted = victims
    token = resigned(key, granted["access_token"])
    bearer = [("Authorization", f"Bearer {token}")]
    assert wire.call(jwt_cast.op, "/userinfo", headers=bearer).status_int == 200


@pytest.mark.spec("RFC 9068", "4")
@pytest.mark.spec("RFC 8725", "3.11")
@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "logout+jwt", "at+jwt ", "application/jwt"])
def test_mx_05_of_another_type(jwt_cast, victims, key, typ):
    unknown(jwt_cast, resigned(key, victims[1]["access_token"], typ))


@pytest.mark.spec("RFC 9068", "5")
def test_mx_05_an_id_token_is_no_access_token(jwt_cast, victims):
    unknown(jwt_cast, victims[1]["id_token"])


@pytest.mark.spec("RFC 9068", "4")
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"iss": ["https://op.example"]},
        {"jti": None},
        {"jti": "0123456789abcdef"},
        {"jti": 7},
        {"aud": None},
        {"client_id": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 1},
        {"iat": None},
    ],
    ids=json.dumps,
)
def test_jo_20_claims_are_checked_though_the_key_is_ours(jwt_cast, victims, key, changes):
    unknown(jwt_cast, resigned(key, victims[1]["access_token"], **changes))


def test_jo_20_a_seal_of_another_purpose_is_no_id(jwt_cast, victims, key):
    code = answer_of(jwt_cast.authorize(jwt_cast.asks(), browser=victims[0]))["code"]
    jwt_cast.op.change_client(jwt_cast.b.client_id, access_token_format="opaque")
    opaque = tokens(jwt_cast, rp=jwt_cast.b)["access_token"]
    assert "." not in opaque
    for seal in (code, opaque):
        unknown(jwt_cast, resigned(key, victims[1]["access_token"], jti=seal))


def test_tk_11_the_id_alone_is_no_token(jwt_cast, service):
    unknown(jwt_cast, claims_of(service)["jti"])
    body = {"grant_type": "refresh_token", "refresh_token": claims_of(service)["jti"]}
    t_err(jwt_cast.post("/token", body, jwt_cast.a), 400, "invalid_grant")


@pytest.mark.spec("RFC 9068", "2.1")
@pytest.mark.spec("RFC 9068", "4")
def test_jo_01_without_a_signature(jwt_cast, service):
    claims = claims_of(service)
    unknown(jwt_cast, unsigned(claims, "at+jwt"))
    for alg in ("none", "None", "nOnE"):
        unknown(jwt_cast, forged({"alg": alg, "typ": "at+jwt"}, claims))
    unknown(jwt_cast, service.rpartition(".")[0] + ".")


@pytest.mark.spec("RFC 8725", "3.1")
def test_jo_02_with_another_algorithm(jwt_cast, service, key):
    claims, header = claims_of(service), claims_of(service, 0)
    public = json.dumps(public_part(key)).encode()
    hmac = Signer(json.dumps(symmetric_key(public, "HS256")), "HS256", key["kid"])
    unknown(jwt_cast, hmac.sign(claims, "at+jwt"))
    signature = service.rpartition(".")[2]
    for alg in ("ES384", "RS256", "HS256", "none"):
        unknown(
            jwt_cast, forged({**header, "alg": alg}, claims).rpartition(".")[0] + f".{signature}"
        )


@pytest.mark.spec("RFC 9068", "4")
def test_jo_06_with_a_key_of_the_attacker(jwt_cast, service, key):
    evil = {**new_key("ES256"), "kid": key["kid"]}
    claims = claims_of(service)
    unknown(jwt_cast, Signer(json.dumps(evil), "ES256", key["kid"]).sign(claims, "at+jwt"))
    for kid in (None, "other", ""):
        unknown(jwt_cast, Signer(json.dumps(key), "ES256", kid).sign(claims, "at+jwt"))
    header = {"alg": "ES256", "typ": "at+jwt", "jwk": public_part(evil)}
    unknown(jwt_cast, forged(header, claims, b"x" * 64))


def test_jo_09_changed_on_the_way(jwt_cast, service):
    header, _claims, signature = service.split(".")
    wider = forged({}, {**claims_of(service), "scope": "books films"}).split(".")[1]
    unknown(jwt_cast, f"{header}.{wider}.{signature}")
    unknown(jwt_cast, service + "=")
    unknown(jwt_cast, service + ".x")


def test_jo_16_a_huge_one(jwt_cast, service):
    head, _, tail = service.split(".")
    inactive(jwt_cast.post("/introspect", {"token": f"{head}.{'a' * 20_000}.{tail}"}, jwt_cast.a))


@pytest.mark.spec("RFC 8707", "2.2")
def test_tk_02_at_another_resource(jwt_cast, service):
    """What a resource server looks at: a token names one resource and its scopes alone."""
    claims = claims_of(service)
    assert (claims["aud"], claims["scope"]) == (BOOKS, "books")
    answer = jwt_cast.post("/token", {**MACHINE, "resource": FILMS}, jwt_cast.s)
    t_err(answer, 400, "invalid_target")
    bearer = [("Authorization", f"Bearer {service}")]
    refused_bearer(wire.call(jwt_cast.op, "/userinfo", headers=bearer), "invalid_token")


@pytest.mark.spec("RFC 9068", "4")
def test_tk_02_a_list_of_audiences(jwt_cast, victims, key):
    for aud in ([BOOKS], [BOOKS, FILMS], [], "", [jwt_cast.op.issuer + "/"]):
        token = resigned(key, victims[1]["access_token"], aud=aud)
        bearer = [("Authorization", f"Bearer {token}")]
        refused_bearer(wire.call(jwt_cast.op, "/userinfo", headers=bearer), "invalid_token")


def test_mx_05_it_is_no_hint(jwt_cast, victims):
    browser, granted = victims
    asked = jwt_cast.asks(id_token_hint=granted["access_token"], prompt="none")
    e_redir(jwt_cast.authorize(asked, browser=browser), "invalid_request")
    out = {"id_token_hint": granted["access_token"]}
    out["post_logout_redirect_uri"] = "https://a.example/out"
    response = browser.get("/end_session", out, status="*")
    assert "Location" not in response.headers


def test_mx_05_nor_with_the_claims_of_an_id_token(jwt_cast, victims, key):
    browser, granted = victims
    hint = resigned(key, granted["id_token"], "at+jwt")
    asked = jwt_cast.asks(id_token_hint=hint, prompt="none")
    e_redir(jwt_cast.authorize(asked, browser=browser), "invalid_request")


@pytest.fixture(scope="module")
def impostor(jwt_cast, key):
    """A client that names the provider's key as its own: what we sign, it has signed."""
    return jwt_cast.op.add_client(
        "impostor",
        secret=None,
        token_endpoint_auth_method="private_key_jwt",
        jwks=json.dumps({"keys": [public_part(key)]}),
        grant_types=("client_credentials", "authorization_code"),
        scope=("openid", "books"),
    )


@pytest.mark.spec("RFC 9068", "1")
@pytest.mark.parametrize("typ", ["at+jwt", None])
def test_mx_05_it_is_no_client_assertion(jwt_cast, impostor, victims, key, typ):
    def ask(**claims):
        assertion = resigned(key, victims[1]["access_token"], typ, **claims)
        body = {**MACHINE, "client_assertion_type": TYPE, "client_assertion": assertion}
        return jwt_cast.post("/token", body)

    named = {"client_id": "impostor", "sub": "impostor", "exp": int(time.time()) + 60}
    t_err(ask(**named), 401, "invalid_client")
    if typ == "at+jwt":
        t_err(ask(**named, iss="impostor"), 401, "invalid_client")


@pytest.mark.parametrize("typ", ["at+jwt", None])
def test_mx_05_it_is_no_request_object(jwt_cast, impostor, victims, key, typ):
    token = resigned(key, victims[1]["access_token"], typ, client_id="impostor")
    outside = {"client_id": "impostor", "redirect_uri": impostor.redirect_uri, "request": token}
    response = jwt_cast.authorize({**outside, "response_type": "code", "scope": "openid"})
    assert answer_of(response)["error"] == "invalid_request_object"
