"""What the suite checks in nearly every module, with a JOSE library that is not ours."""

import base64
import math
import re
import time
from collections import Counter
from hashlib import sha256, sha384, sha512

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.functional.conformance.claim_types import check_claims

YEAR = 366 * 24 * 3600
ALGS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
ERROR_MEMBERS = {"error", "error_description", "error_uri", "state", "session_state", "iss"}
ERROR_TEXT = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
BEARER = {"access_token", "token_type", "expires_in", "scope"}
ALWAYS = {"state", "iss", "session_state"}


def entropy(text):
    """Shannon's entropy of the whole text in bits."""
    counts = Counter(text).values()
    return -sum(n * math.log2(n / len(text)) for n in counts)


def check_strong(text):
    """At least 128 bits long and with more than 96 bits of entropy."""
    assert len(text) * 6 >= 128
    assert entropy(text) > 96


def check_success(params, flow):
    """Exactly what the response type names, and nothing that nobody asked for."""
    wanted = set(flow.issues & {"code", "id_token"}) | (BEARER if "token" in flow.issues else set())
    assert wanted <= set(params) <= wanted | ALWAYS
    if "code" in params:
        check_strong(params["code"])
    if "access_token" in params:
        check_strong(params["access_token"])
        assert params["token_type"].lower() == "bearer"
        assert 0 < int(params["expires_in"]) <= YEAR


def check_error(params, errors):
    """RFC 6749 §4.1.2.1: the code, and a description in plain characters."""
    assert params["error"] in errors
    assert set(params) <= ERROR_MEMBERS
    assert ERROR_TEXT.fullmatch(params.get("error_description", ""))


def check_tokens(response):
    """RFC 6749 §5.1, Core §3.1.3.3."""
    body = _json(response, 200)
    _check_not_cached(response)
    check_strong(body["access_token"])
    assert body["token_type"].lower() == "bearer"
    assert type(body["expires_in"]) is int
    assert 0 < body["expires_in"] <= YEAR
    if "refresh_token" in body:
        check_strong(body["refresh_token"])
    return body


def check_token_error(response, *errors):
    """RFC 6749 §5.2: 400, or 401 with ``invalid_client``."""
    status = response.status_int
    assert status == 400 or (status == 401 and response.json["error"] == "invalid_client")
    body = _json(response, status)
    _check_not_cached(response)
    check_error(body, errors)
    return body


def check_id_token(token, keys, *, issuer, client_id, nonce, beside):
    """Core §3.1.3.7, §3.2.2.11, §3.3.2.12; ``beside`` is what came in the same answer."""
    decoded = jwt.decode(token, keys, algorithms=list(ALGS))
    header, claims = decoded.header, decoded.claims
    assert header["kid"] in {key.kid for key in keys.keys}
    now = time.time()
    assert claims["iss"] == issuer
    assert client_id in (claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]])
    assert claims.get("azp", client_id) == client_id
    assert abs(claims["iat"] - now) < 300
    assert claims["exp"] > now
    assert claims.get("nbf", 0) <= now
    assert claims["auth_time"] <= now
    assert claims.get("nonce") == nonce
    _check_half_hash(header["alg"], claims, "at_hash", beside.get("access_token"))
    _check_half_hash(header["alg"], claims, "c_hash", beside.get("code"))
    check_claims(claims)
    return claims


def _check_half_hash(alg, claims, name, value):
    """REQUIRED beside the value in the front channel (Core §3.3.2.11), right wherever it is."""
    if value is None:
        return
    digest = {"256": sha256, "384": sha384, "512": sha512}.get(alg[-3:], sha512)(value.encode())
    half = digest.digest()[: digest.digest_size // 2]
    assert claims[name] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def check_userinfo(response, subject):
    """Core §5.3.2."""
    claims = _json(response, 200)
    check_claims(claims)
    assert subject in (None, claims["sub"])
    return claims


def check_jwks(document):
    """Public keys alone, each with a name of its own (RFC 7517 §4.5)."""
    kids = [key["kid"] for key in document["keys"]]
    assert len(set(kids)) == len(kids) > 0
    members = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}
    for key in document["keys"]:
        assert not set(key) & {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
        for name in members[key["kty"]] - {"crv"}:
            assert re.fullmatch(r"[A-Za-z0-9_-]+", key[name])
    KeySet.import_key_set(document)


def _json(response, status):
    assert response.status_int == status
    assert response.content_type == "application/json"
    assert isinstance(response.json, dict)
    return response.json


def _check_not_cached(response):
    assert "no-store" in response.headers["Cache-Control"]
