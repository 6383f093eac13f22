"""Signed tokens: the examples of the RFCs, ours, and the attacks of the catalogue."""

import base64
import hashlib
import hmac
import itertools
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from oidc_pyramid.protocol import base64url, jose
from oidc_pyramid.protocol.compact import LONGEST
from oidc_pyramid.protocol.jose import JoseError, Signer, UnknownKey, verify
from oidc_pyramid.protocol.jwk import HMAC_BYTES, SIGNING_ALGS

CLAIMS = {"iss": "https://op.example", "sub": "u-1", "exp": 1_700_000_000}
KEYS = {alg: jose.new_key(alg) for alg in SIGNING_ALGS}
SIGNERS = {alg: Signer(json.dumps(key), alg, str(key["kid"])) for alg, key in KEYS.items()}
PUBLIC = {
    alg: jose.public_key(key, symmetric=True)
    if alg in HMAC_BYTES
    else jose.public_key(jose.public_part(key))
    for alg, key in KEYS.items()
}


def encoded(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64url.encode(data)


def signed(header, claims=CLAIMS, alg="ES256"):
    """A token with any header, and a signature over it that is right."""
    text = f"{encoded(header)}.{encoded(claims)}"
    return f"{text}.{base64url.encode(SIGNERS[alg]._sign(text.encode()))}"


def refused(token, keys=None, algs=SIGNING_ALGS, typ=None):
    with pytest.raises(JoseError) as caught:
        verify(token, PUBLIC.values() if keys is None else keys, algs, typ)
    return str(caught.value)


# Ours --------------------------------------------------------------------------------------


@pytest.mark.parametrize("alg", SIGNING_ALGS)
def test_what_is_signed_is_verified(alg):
    token = SIGNERS[alg].sign(CLAIMS, "at+jwt")
    assert verify(token, PUBLIC.values(), [alg], "at+jwt") == CLAIMS
    assert jose.parse(token).header == {"alg": alg, "typ": "at+jwt", "kid": KEYS[alg]["kid"]}


@pytest.mark.parametrize("alg", SIGNING_ALGS)
def test_a_library_that_is_not_ours_agrees(alg):
    token = JWS()
    token.deserialize(SIGNERS[alg].sign({"name": "Ælfrēd"}), JWK(**KEYS[alg]), alg)
    assert json.loads(token.payload) == {"name": "Ælfrēd"}


@pytest.mark.spec("RFC 8037", "A.4")
def test_the_ed25519_signature_of_the_specification():
    key = {
        "kty": "OKP",
        "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
    signer = Signer(json.dumps(key), "EdDSA", None)
    text = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    assert base64url.encode(signer._sign(text)) == (
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )


RFC7515_HMAC_KEY = {
    "kty": "oct",
    "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
}
RFC7515_HMAC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
RFC7515_EC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
RFC7515_EC_TOKEN = (
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)


@pytest.mark.parametrize(
    "token, key, alg",
    [
        pytest.param(
            RFC7515_HMAC_TOKEN, RFC7515_HMAC_KEY, "HS256", marks=pytest.mark.spec("RFC 7515", "A.1")
        ),
        pytest.param(
            RFC7515_EC_TOKEN, RFC7515_EC_KEY, "ES256", marks=pytest.mark.spec("RFC 7515", "A.3")
        ),
    ],
)
def test_the_tokens_of_the_specification(token, key, alg):
    claims = verify(token, [jose.public_key(key, symmetric=True)], [alg])
    assert claims == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}


def test_a_header_is_short_where_nothing_is_known():
    key = jose.new_key("ES256")
    token = Signer(json.dumps(key), "ES256", None).sign(CLAIMS)
    assert jose.parse(token).header == {"alg": "ES256"}


def test_keys_do_not_show():
    for signer in SIGNERS.values():
        assert repr(signer) == f"<Signer {signer.kid} {signer.alg}>"


@pytest.mark.parametrize(
    "key, alg",
    [
        (KEYS["RS256"], "ES256"),
        (KEYS["ES256"], "ES384"),
        (KEYS["ES256"], "RS256"),
        (KEYS["ES256"], "EdDSA"),
        (KEYS["EdDSA"], "PS256"),
        (KEYS["HS256"], "RS256"),
        (KEYS["RS256"], "HS256"),
        (KEYS["HS256"], "HS512"),
        (KEYS["RS256"], "none"),
        (jose.public_part(KEYS["RS256"]), "RS256"),
        ({"kty": "RSA"}, "RS256"),
        ({}, "RS256"),
    ],
)
def test_a_signer_needs_a_private_key_of_its_kind(key, alg):
    with pytest.raises(ValueError):
        Signer(json.dumps(key), alg, None)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", b"bytes", object()])
def test_what_is_not_json_is_not_signed(value):
    with pytest.raises((ValueError, TypeError)):
        SIGNERS["ES256"].sign({"x": value})


# Which key, which type ---------------------------------------------------------------------


@pytest.mark.spec("RFC 8725", "3.11")
def test_the_type_is_compared_as_a_media_type():
    token = SIGNERS["ES256"].sign(CLAIMS, "OautH-auThZ-REQ+jWt")
    keys = [PUBLIC["ES256"]]
    assert verify(token, keys, ["ES256"], "oauth-authz-req+jwt")
    assert verify(token, keys, ["ES256"], "application/oauth-authz-req+jwt")
    assert verify(token, keys, ["ES256"], (None, "oauth-authz-req+jwt"))
    assert verify(token, keys, ["ES256"])
    for typ in ("JWT", "at+jwt", (None, "JWT")):
        refused(token, keys, ["ES256"], typ)


def test_a_token_without_type_only_where_that_is_accepted():
    token = SIGNERS["ES256"].sign(CLAIMS)
    assert verify(token, [PUBLIC["ES256"]], ["ES256"], (None, "JWT"))
    refused(token, [PUBLIC["ES256"]], ["ES256"], "JWT")
    refused(token, [PUBLIC["ES256"]], ["ES256"], ())


def test_without_kid_every_suitable_key_is_tried():
    token = signed({"alg": "ES256"})
    others = [jose.public_key(jose.public_part(jose.new_key("ES256"))) for _ in range(3)]
    assert verify(token, [*others, PUBLIC["RS256"], PUBLIC["ES256"]], ["ES256"]) == CLAIMS
    assert "match" in refused(token, others, ["ES256"])


def test_an_unknown_kid_is_told_apart_so_that_keys_can_be_fetched_again():
    token = signed({"alg": "ES256", "kid": "unknown"})
    with pytest.raises(UnknownKey):
        verify(token, [PUBLIC["ES256"]], ["ES256"])


@pytest.mark.parametrize(
    "kid",
    [
        pytest.param("../../dev/null", id="JO-07-path"),
        pytest.param("' OR 1=1", id="JO-07-sql"),
        pytest.param("\x00", id="JO-07-nul"),
        pytest.param("__class__", id="JO-07-python"),
        pytest.param("x" * 10_000, id="JO-07-long"),
        pytest.param("x" * 65_536, id="JO-07-64-KiB"),
        pytest.param(["x"], id="JO-07-list"),
        pytest.param({"x": 1}, id="JO-07-object"),
        pytest.param(5, id="JO-07-number"),
        pytest.param(None, id="JO-07-null"),
        pytest.param(True, id="JO-07-true"),
        pytest.param("", id="JO-07-empty"),
    ],
)
def test_a_kid_is_an_index_and_nothing_else(kid):
    refused(signed({"alg": "ES256", "kid": kid}))


def test_two_keys_of_one_name_are_ambiguous():
    """JO-18: the same kid for two keys that fit."""
    token = SIGNERS["ES256"].sign(CLAIMS)
    other = jose.public_key(
        {**jose.public_part(jose.new_key("ES256")), "kid": KEYS["ES256"]["kid"]}
    )
    refused(token, [PUBLIC["ES256"], other], ["ES256"])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"use": "enc"}, id="JO-18-use"),
        pytest.param({"key_ops": ["encrypt"]}, id="JO-18-key-ops"),
        pytest.param({"alg": "ES384"}, id="JO-18-alg"),
    ],
)
def test_a_key_that_is_meant_for_something_else(change):
    key = jose.public_key({**jose.public_part(KEYS["ES256"]), **change})
    refused(SIGNERS["ES256"].sign(CLAIMS), [key], ["ES256"])


def test_ps256_with_a_key_for_rs256():
    """JO-18: the algorithm that the key names is the only one."""
    key = Signer(json.dumps(KEYS["RS256"]), "PS256", str(KEYS["RS256"]["kid"]))
    refused(key.sign(CLAIMS), [PUBLIC["RS256"]])


def test_nobody_can_sign_without_keys():
    refused(SIGNERS["ES256"].sign(CLAIMS), [], ["ES256"])
    refused(signed({"alg": "ES256"}), [], ["ES256"])
    refused(SIGNERS["ES256"].sign(CLAIMS), [PUBLIC["ES256"]], [])
    refused(SIGNERS["ES256"].sign(CLAIMS), [PUBLIC["ES256"]], ["RS256"])


# Attacks -----------------------------------------------------------------------------------


@pytest.mark.spec("RFC 8725", "3.2")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_jo_01_none(alg, signature):
    token = f"{encoded({'alg': alg})}.{encoded(CLAIMS)}.{signature}"
    refused(token)
    refused(token, algs=[*SIGNING_ALGS, alg])


def confused_secrets():
    """The encodings of a public key that a careless library takes for a shared secret."""
    public = JWK(**jose.public_part(KEYS["RS256"])).get_op_key("verify")
    encodings = {"PEM": serialization.Encoding.PEM, "DER": serialization.Encoding.DER}
    forms = {
        "SPKI": serialization.PublicFormat.SubjectPublicKeyInfo,
        "PKCS1": serialization.PublicFormat.PKCS1,
    }
    for (encoding, as_bytes), (form, layout) in itertools.product(encodings.items(), forms.items()):
        data = public.public_bytes(as_bytes, layout)
        yield f"JO-02-{encoding}-{form}", data
        yield f"JO-02-{encoding}-{form}-stripped", data.strip()
        yield f"JO-02-{encoding}-{form}-spaces", b"  " + data
    yield "JO-02-jwk", json.dumps(jose.public_part(KEYS["RS256"])).encode()
    yield "JO-02-modulus", base64url.decode(str(KEYS["RS256"]["n"]))
    yield "JO-02-modulus-text", str(KEYS["RS256"]["n"]).encode()
    yield "JO-02-thumbprint", jose.thumbprint(KEYS["RS256"]).encode()
    yield "JO-03-empty", b""
    yield "JO-03-secret", b"secret"
    yield "JO-03-zero-byte", b"\x00"


CONFUSED = dict(confused_secrets())


@pytest.mark.spec("RFC 8725", "3.1")
@pytest.mark.parametrize("secret", CONFUSED.values(), ids=CONFUSED)
@pytest.mark.parametrize("kid", [None, KEYS["RS256"]["kid"]], ids=["no-kid", "kid"])
def test_a_public_key_is_no_shared_secret(secret, kid):
    header = {"alg": "HS256"} if kid is None else {"alg": "HS256", "kid": kid}
    text = f"{encoded(header)}.{encoded(CLAIMS)}"
    mac = hmac.digest(secret, text.encode(), "sha256")
    refused(f"{text}.{base64url.encode(mac)}")
    refused(f"{text}.{base64url.encode(mac)}", [PUBLIC["RS256"]], ["HS256", "RS256"])


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def rs(r, s, size=32):
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def degenerate(r, s):
    """Signatures made from a good one, by their names in the catalogue."""
    return {
        "JO-04-zeros": bytes(64),
        "JO-04-r-zero": rs(0, s),
        "JO-04-s-zero": rs(r, 0),
        "JO-04-r-order": rs(P256_ORDER, s),
        "JO-04-s-order": rs(r, P256_ORDER),
        "JO-04-all-ones": b"\xff" * 64,
        "JO-04-empty": b"",
        "JO-04-one-byte": b"\x01",
        "JO-04-padded": rs(r, s, 33),
        "JO-04-der": encode_dss_signature(r, s),
        "JO-04-p384-size": rs(r, s, 48),
    }


@pytest.mark.spec("RFC 8725", "3.4")
@pytest.mark.parametrize("name", degenerate(1, 1))
def test_degenerate_ec_signatures(name):
    text, _, signature = SIGNERS["ES256"].sign(CLAIMS).rpartition(".")
    raw = base64url.decode(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    assert verify(f"{text}.{base64url.encode(rs(r, s))}", [PUBLIC["ES256"]], ["ES256"])
    bad = degenerate(r, s)[name]
    refused(f"{text}.{base64url.encode(bad)}", [PUBLIC["ES256"]], ["ES256"])


@pytest.mark.parametrize("alg", SIGNING_ALGS)
@pytest.mark.parametrize(
    "signature",
    [b"", b"\x00", b"\x01", bytes(64), bytes(256), bytes(255) + b"\x01", b"\xff" * 256],
    ids=["empty", "zero", "one", "zeros-64", "zeros-256", "one-256", "ones-256"],
)
def test_jo_04_degenerate_signatures_of_every_kind(alg, signature):
    text = SIGNERS[alg].sign(CLAIMS).rpartition(".")[0]
    refused(f"{text}.{base64url.encode(signature)}", [PUBLIC[alg]], [alg])


@pytest.mark.spec("RFC 8725", "3.10")
def test_jo_06_a_key_in_the_header_is_not_believed():
    attacker = jose.new_key("ES256")
    signer = Signer(json.dumps(attacker), "ES256", None)
    for header in (
        {"alg": "ES256", "jwk": jose.public_part(attacker)},
        {"alg": "ES256", "jku": "https://evil.example/jwks"},
        {"alg": "ES256", "x5u": "https://evil.example/x509"},
        {"alg": "ES256", "x5c": [base64.b64encode(b"certificate").decode()]},
        {"alg": "ES256", "kid": KEYS["ES256"]["kid"], "jwk": jose.public_part(attacker)},
    ):
        text = f"{encoded(header)}.{encoded(CLAIMS)}"
        refused(f"{text}.{base64url.encode(signer._sign(text.encode()))}")


DUPLICATES = {
    "JO-08-alg": (b'{"alg":"none","alg":"ES256"}', encoded(CLAIMS)),
    "JO-08-alg-reversed": (b'{"alg":"ES256","alg":"none"}', encoded(CLAIMS)),
    "JO-08-sub": (b'{"alg":"ES256"}', encoded(b'{"sub":"a","sub":"b"}')),
    "JO-08-nan": (b'{"alg":"ES256"}', encoded(b'{"exp":NaN}')),
    "JO-08-deep": (b'{"alg":"ES256"}', encoded(b'{"a":' * 1000 + b"1" + b"}" * 1000)),
    "JO-08-utf-16": (b'{"alg":"ES256"}', encoded('{"sub":"a"}'.encode("utf-16"))),
    "JO-08-bom": (b'\xef\xbb\xbf{"alg":"ES256"}', encoded(CLAIMS)),
    "JO-08-header-is-a-list": (b'["ES256"]', encoded(CLAIMS)),
    "JO-08-claims-are-a-list": (b'{"alg":"ES256"}', encoded([1])),
    "JO-08-claims-are-a-text": (b'{"alg":"ES256"}', encoded(b'"x"')),
    "JO-08-claims-are-null": (b'{"alg":"ES256"}', encoded(b"null")),
    "JO-08-no-claims": (b'{"alg":"ES256"}', ""),
    "JO-08-no-header": (b"", encoded(CLAIMS)),
    "JO-11-crit": (b'{"alg":"ES256","crit":["exp2"],"exp2":1}', encoded(CLAIMS)),
    "JO-11-crit-empty": (b'{"alg":"ES256","crit":[]}', encoded(CLAIMS)),
    "JO-11-crit-text": (b'{"alg":"ES256","crit":"exp"}', encoded(CLAIMS)),
    "JO-11-crit-null": (b'{"alg":"ES256","crit":null}', encoded(CLAIMS)),
    "JO-11-b64": (b'{"alg":"ES256","b64":false}', encoded(CLAIMS)),
    "JO-11-b64-crit": (b'{"alg":"ES256","b64":false,"crit":["b64"]}', encoded(CLAIMS)),
    "JO-12-zip": (b'{"alg":"ES256","zip":"DEF"}', encoded(CLAIMS)),
    "JO-15-enc": (b'{"alg":"ES256","enc":"A128GCM"}', encoded(CLAIMS)),
    "alg-missing": (b"{}", encoded(CLAIMS)),
    "alg-list": (b'{"alg":["ES256"]}', encoded(CLAIMS)),
    "alg-null": (b'{"alg":null}', encoded(CLAIMS)),
    "typ-number": (b'{"alg":"ES256","typ":5}', encoded(CLAIMS)),
}


@pytest.mark.spec("RFC 7515", "4")
@pytest.mark.parametrize("header, claims", DUPLICATES.values(), ids=DUPLICATES)
def test_ambiguous_headers_and_claims_with_a_good_signature(header, claims):
    text = f"{encoded(header)}.{claims}"
    refused(f"{text}.{base64url.encode(SIGNERS['ES256']._sign(text.encode()))}")


ODD_SPELLINGS = {
    "JO-09-padding": lambda t: t + "=",
    "JO-09-padding-inside": lambda t: t.replace(".", "=.", 1),
    "JO-09-space": lambda t: t + " ",
    "JO-09-leading-space": lambda t: " " + t,
    "JO-09-newline": lambda t: t + "\n",
    "JO-09-newline-inside": lambda t: t[:50] + "\n" + t[50:],
    "JO-09-extra-dot": lambda t: t + ".",
    "JO-09-leading-dot": lambda t: "." + t,
    "JO-09-five-parts": lambda t: t + ".x.y",
    "JO-09-two-parts": lambda t: t.rpartition(".")[0],
    "JO-09-not-ascii": lambda t: t + "é",
    "JO-09-nul": lambda t: t + "\x00",
    "JO-09-surrogate": lambda t: t + "\ud800",
    "JO-16-oversize": lambda t: t + "A" * LONGEST,
    "JO-16-10-MiB": lambda t: t + "A" * 10_000_000,
    "empty": lambda t: t[:0],
    "dots": lambda t: t[:0] + "..",
}


@pytest.mark.spec("RFC 7515", "7.1")
@pytest.mark.parametrize("spell", ODD_SPELLINGS.values(), ids=ODD_SPELLINGS)
def test_one_spelling_only(spell):
    refused(spell(SIGNERS["ES256"].sign(CLAIMS)))


def test_jo_09_trailing_bits():
    """An ES256 signature leaves four bits of its last character unused."""
    token = SIGNERS["ES256"].sign(CLAIMS)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    good = []
    for last in alphabet:
        try:
            verify(token[:-1] + last, [PUBLIC["ES256"]], ["ES256"])
        except JoseError:
            continue
        good.append(last)
    assert good == [token[-1]]


@pytest.mark.spec("RFC 7519", "3")
def test_jo_10_json_serializations():
    protected, payload, signature = SIGNERS["ES256"].sign(CLAIMS).split(".")
    flat = {"protected": protected, "payload": payload, "signature": signature}
    unprotected = {**flat, "header": {"kid": "a.b.c", "jku": "https://evil"}}
    general = {
        "payload": payload,
        "signatures": [{"protected": protected, "signature": signature, "header": {"x": "."}}] * 2,
    }
    for document in (flat, unprotected, general):
        refused(json.dumps(document))


@pytest.mark.parametrize("compress", [False, True], ids=["JO-15-jwe", "JO-12-jwe-zip"])
def test_an_encrypted_token_is_not_a_signed_one(compress):
    header = {"alg": "RSA-OAEP-256", "enc": "A128CBC-HS256"} | ({"zip": "DEF"} if compress else {})
    jwe = JWE(json.dumps(CLAIMS).encode(), json.dumps(header))
    jwe.add_recipient(
        JWK(**{**jose.public_part(KEYS["RS256"]), "use": "enc", "alg": "RSA-OAEP-256"})
    )
    refused(jwe.serialize(compact=True))


def test_changed_claims_are_noticed():
    for alg in SIGNING_ALGS:
        header, _, signature = SIGNERS[alg].sign(CLAIMS).split(".")
        refused(f"{header}.{encoded({**CLAIMS, 'sub': 'admin'})}.{signature}", [PUBLIC[alg]], [alg])


# Unsigned ----------------------------------------------------------------------------------


def test_an_unsigned_token_is_made_and_read_on_purpose_only():
    token = jose.unsigned(CLAIMS, "JWT")
    assert token.endswith(".")
    assert jose.parse(token).header == {"alg": "none", "typ": "JWT"}
    assert jose.parse_unsigned(token) == CLAIMS
    assert jose.parse_unsigned(jose.unsigned(CLAIMS)) == CLAIMS
    refused(token, algs=[*SIGNING_ALGS, "none"])


def test_a_signed_token_is_not_an_unsigned_one():
    for token in (
        SIGNERS["ES256"].sign(CLAIMS),
        jose.unsigned(CLAIMS) + "AAAA",
        f"{encoded({'alg': 'None'})}.{encoded(CLAIMS)}.",
        f"{encoded({'alg': 'ES256'})}.{encoded(CLAIMS)}.",
    ):
        with pytest.raises(JoseError):
            jose.parse_unsigned(token)


# Hashes ------------------------------------------------------------------------------------


@pytest.mark.spec("Core", "3.1.3.6")
@pytest.mark.spec("Core", "3.3.2.11")
@pytest.mark.parametrize(
    "alg, value, half",
    [
        ("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "77QmUPtjPfzWtF2AnpK9RQ"),
        (
            "RS256",
            "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk",
            "LDktKdoQak3Pk0cnXxCltA",
        ),
    ],
)
def test_the_hashes_of_the_examples(alg, value, half):
    assert jose.half_hash(alg, value) == half


@pytest.mark.parametrize(
    "alg, name, size",
    [
        ("RS256", "sha256", 16),
        ("PS384", "sha384", 24),
        ("ES512", "sha512", 32),
        ("HS256", "sha256", 16),
        ("EdDSA", "sha512", 32),
    ],
)
def test_the_hash_is_that_of_the_algorithm(alg, name, size):
    left = hashlib.new(name, b"value").digest()[:size]
    assert jose.half_hash(alg, "value") == base64url.encode(left)


@pytest.mark.parametrize("alg", ["none", "", "RS1", "Ed448"])
def test_no_hash_for_other_algorithms(alg):
    with pytest.raises(ValueError):
        jose.half_hash(alg, "value")
