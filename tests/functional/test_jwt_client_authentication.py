"""``private_key_jwt`` and ``client_secret_jwt`` (Core §9, RFC 7523, RFC 10070)."""

import base64
import json
import time

import pytest

from oidc_pyramid.protocol.client_assertion import TYPE
from oidc_pyramid.protocol.jose import Signer, new_key, public_part, symmetric_key, unsigned

SECRET = "a client secret of more than sixty-four bytes: 0123456789 0123456789 0123456789"


@pytest.fixture(scope="module")
def key():
    return {k: v for k, v in new_key("ES256").items() if k != "kid"}


@pytest.fixture
def private(op, key):
    jwks = json.dumps({"keys": [public_part(key)]})
    return op.add_client(
        "jwt",
        secret=None,
        token_endpoint_auth_method="private_key_jwt",
        jwks=jwks,
        grant_types=("client_credentials",),
        scope=("api",),
    )


@pytest.fixture
def shared(op):
    return op.add_client(
        "hmac",
        secret=SECRET,
        token_endpoint_auth_method="client_secret_jwt",
        grant_types=("client_credentials",),
        scope=("api",),
    )


def claims_for(op, client_id="jwt", **more):
    now = int(time.time())
    base = {
        "iss": client_id,
        "sub": client_id,
        "aud": op.issuer,
        "exp": now + 60,
        "iat": now,
        "jti": str(time.perf_counter_ns()),
    }
    return {name: value for name, value in {**base, **more}.items() if value is not None}


def signed(key, claims, alg="ES256", typ=None, kid=None):
    return Signer(json.dumps(key), alg, kid).sign(claims, typ)


def ask(browser, assertion, status=200, **more):
    body = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
        **more,
    }
    return browser.post("/token", body, status=status).json


@pytest.mark.spec("RFC 7523", "3")
@pytest.mark.parametrize("typ", [None, "JWT", "client-authentication+jwt"])
def test_a_key_of_the_client_opens_the_door(op, private, browser, key, typ):
    assert ask(browser, signed(key, claims_for(op), typ=typ))["token_type"] == "Bearer"


@pytest.mark.spec("Core", "9")
def test_the_audience_may_be_the_token_endpoint(op, private, browser, key):
    ask(browser, signed(key, claims_for(op, aud=f"{op.issuer}/token")))
    ask(browser, signed(key, claims_for(op, aud=[op.issuer, "https://other.example"])))


@pytest.mark.parametrize(
    "aud", ["/token", ["ISSUER"], "https://evil.example", None, 7, "ISSUER/"], ids=repr
)
def test_ca_06_a_strict_client_names_the_issuer_alone(op, private, browser, key, aud):
    op.change_client("jwt", assertion_audience="issuer")
    named = {"/token": f"{op.issuer}/token", "ISSUER/": f"{op.issuer}/"}
    wrong = [op.issuer] if isinstance(aud, list) else named.get(aud, aud)
    answer = ask(browser, signed(key, claims_for(op, aud=wrong)), status=401)
    assert answer["error"] == "invalid_client"
    ask(browser, signed(key, claims_for(op)))


@pytest.mark.spec("Core", "9")
def test_ca_07_an_assertion_is_good_once(op, private, browser, key):
    assertion = signed(key, claims_for(op))
    ask(browser, assertion)
    assert ask(browser, assertion, status=401)["error"] == "invalid_client"
    body = {"token": "x", "client_assertion_type": TYPE, "client_assertion": assertion}
    browser.post("/introspect", body, status=401)


class After(int):
    """Seconds after the moment of the test, not of its collection."""


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "another"},
        {"sub": "another"},
        {"sub": None},
        {"exp": None},
        {"exp": After(-300)},
        {"exp": After(3600 * 24 * 3650)},
        {"exp": "soon"},
        {"exp": -1},
        {"exp": True},
        {"exp": 2**70},
        {"nbf": After(120)},
        {"iat": After(120)},
        {"jti": None},
        {"jti": 7},
        {"jti": "x" * 1000},
    ],
    ids=lambda change: "-".join(f"{k}={str(v)[:12]}" for k, v in change.items()),
)
def test_ca_08_claims(op, private, browser, key, change):
    now = int(time.time())
    change = {k: now + v if isinstance(v, After) else v for k, v in change.items()}
    answer = ask(browser, signed(key, claims_for(op, **change)), status=401)
    assert answer["error"] == "invalid_client"


def test_ca_08_a_clock_that_is_8_seconds_ahead_is_forgiven(op, private, browser, key):
    now = int(time.time())
    ask(browser, signed(key, claims_for(op, nbf=now + 8, iat=now + 8)))


def test_ca_08_a_token_of_another_type_is_no_assertion(op, private, browser, key):
    ask(browser, signed(key, claims_for(op), typ="at+jwt"), status=401)


def test_ca_08_the_assertion_type_is_checked(op, private, browser, key):
    body = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        "client_assertion": signed(key, claims_for(op)),
    }
    assert browser.post("/token", body, status=401).json["error"] == "invalid_client"


def test_ca_09_other_algorithms_are_refused(op, private, browser, key):
    ask(browser, unsigned(claims_for(op)), status=401)
    public = json.dumps(public_part(key)).encode().ljust(64)
    ask(browser, signed(symmetric_key(public, "HS256"), claims_for(op), "HS256"), status=401)
    other = new_key("RS256")
    ask(browser, signed(other, claims_for(op), "RS256"), status=401)


def test_ca_09_the_registered_algorithm_is_pinned(op, private, browser, key):
    op.change_client("jwt", token_endpoint_auth_signing_alg="PS256")
    ask(browser, signed(key, claims_for(op)), status=401)


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "kid"])
def test_ca_10_keys_in_the_header_mean_nothing(op, private, browser, member):
    own = new_key("ES256")
    values = {
        "jwk": public_part(own),
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/cert",
        "x5c": ["AAAA"],
        "kid": "../../dev/null",
    }
    header = {"alg": "ES256", member: values[member]}
    parts = [header, claims_for(op)]
    encoded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
    ]
    signature = signed(own, claims_for(op)).rpartition(".")[2]
    ask(browser, ".".join((*encoded, signature)), status=401)


def test_ca_11_another_clients_key_is_no_use(op, private, browser):
    other = new_key("ES256")
    op.add_client(
        "other",
        secret=None,
        token_endpoint_auth_method="private_key_jwt",
        jwks=json.dumps({"keys": [public_part(other)]}),
    )
    ask(browser, signed(other, claims_for(op)), status=401)


@pytest.mark.spec("Core", "10.1")
def test_a_shared_secret_opens_the_door(op, shared, browser):
    key = symmetric_key(SECRET.encode(), "HS256")
    ask(browser, signed(key, claims_for(op, "hmac"), "HS256"))
    wrong = symmetric_key(b"another secret of more than thirty-two bytes", "HS256")
    ask(browser, signed(wrong, claims_for(op, "hmac"), "HS256"), status=401)


def test_the_secret_of_such_a_client_is_not_readable_in_the_database(op, shared):
    with op.provider() as provider:
        client = provider.clients["hmac"]
        assert SECRET.encode() not in client.secret_wrapped
        assert client.open_secret(op.runtime.settings.secret) == SECRET


def test_the_secret_of_any_other_client_is_not_kept(op, rp):
    with op.provider() as provider:
        assert provider.clients["rp"].secret_wrapped == b""


def test_methods_do_not_stand_in_for_each_other(op, private, shared, browser, key):
    ask(browser, signed(key, claims_for(op, "hmac")), status=401)
    hmac = symmetric_key(SECRET.encode(), "HS256")
    ask(browser, signed(hmac, claims_for(op), "HS256"), status=401)
    both = ask(browser, signed(key, claims_for(op)), status=400, client_id="x", client_secret="y")
    assert both["error"] == "invalid_request"


@pytest.mark.spec("Core", "10.1")
def test_an_id_token_keyed_with_the_secret(op, alice, browser):
    from oidc_pyramid.protocol.jose import public_key, verify
    from oidc_pyramid.testing import code_flow

    rp = op.add_client("hs", secret=SECRET, id_token_signed_response_alg="HS256")
    id_token = code_flow(op, browser, rp)["id_token"]
    key = public_key(symmetric_key(SECRET.encode(), "HS256"), symmetric=True)
    assert verify(id_token, [key], ["HS256"])["sub"] == alice


def test_discovery_names_the_methods_and_their_algorithms(op, browser):
    document = browser.get("/.well-known/openid-configuration").json
    assert "private_key_jwt" in document["token_endpoint_auth_methods_supported"]
    algs = document["token_endpoint_auth_signing_alg_values_supported"]
    assert {"RS256", "ES256", "HS256"} <= set(algs)
    assert "none" not in algs
