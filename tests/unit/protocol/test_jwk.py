"""Keys: the examples of the RFCs, our own, and the bad ones of others."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from oidc_pyramid.protocol import base64url, jose
from oidc_pyramid.protocol.jose import JoseError
from oidc_pyramid.protocol.jwk import MOST_KEYS, PRIVATE, SIGNING_ALGS

RFC7638_KEY = {
    "kty": "RSA",
    "n": (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP"
        "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
        "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f"
        "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    ),
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
RFC8037_KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}


def public(alg="ES256"):
    return jose.public_part(jose.new_key(alg))


@pytest.mark.spec("RFC 7638", "3.1")
def test_the_thumbprint_of_the_specification():
    assert jose.thumbprint(RFC7638_KEY) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.spec("RFC 8037", "A.3")
def test_the_thumbprint_of_an_ed25519_key():
    assert jose.thumbprint(RFC8037_KEY) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.spec("RFC 8037", "A.2")
def test_the_public_part_of_an_ed25519_key():
    assert jose.public_part(RFC8037_KEY) == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }


@pytest.mark.parametrize("alg", SIGNING_ALGS)
def test_new_keys_say_what_they_are_for(alg):
    key = jose.new_key(alg)
    assert key["alg"] == alg
    assert key["use"] == "sig"
    assert key["kid"] == jose.thumbprint(key)
    assert jose.new_key(alg, "mine")["kid"] == "mine"


def test_new_rsa_keys_are_as_long_as_asked():
    key = jose.new_key("PS256", size=3072)
    assert len(base64url.decode(key["n"])) == 384
    for size in (1024, 16_384):
        with pytest.raises(ValueError):
            jose.new_key("RS256", size=size)


@pytest.mark.parametrize("alg", ["none", "RS1", "ES256K", "HS1", ""])
def test_no_key_for_other_algorithms(alg):
    with pytest.raises(ValueError):
        jose.new_key(alg)


@pytest.mark.parametrize("alg", [alg for alg in SIGNING_ALGS if alg[0] != "H"])
def test_the_public_part_has_no_private_member(alg):
    """JO-19: nothing of the private key is published."""
    key = {**jose.new_key(alg), "passphrase": "oops"}
    published = jose.public_part(key)
    assert PRIVATE.isdisjoint(published)
    assert set(published) <= {"kty", "n", "e", "crv", "x", "y", "kid", "alg", "use"}
    assert {"kid", "alg", "use"} <= set(published)


def test_a_symmetric_key_has_no_public_part():
    with pytest.raises(ValueError):
        jose.public_part(jose.new_key("HS256"))


# PEM ---------------------------------------------------------------------------------------


def pem_of(key, password=None):
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


@pytest.mark.parametrize(
    "make, alg",
    [
        (lambda: rsa.generate_private_key(65537, 2048), "RS256"),
        (lambda: ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "ES512"),
        (ed25519.Ed25519PrivateKey.generate, "EdDSA"),
    ],
)
def test_pem_files_are_imported_with_their_usual_algorithm(make, alg):
    key = jose.import_pem(pem_of(make()))
    assert key["alg"] == alg
    assert key["kid"] == jose.thumbprint(key)
    token = jose.Signer(json.dumps(key), alg, key["kid"]).sign({"sub": "x"})
    assert jose.verify(token, [jose.public_key(jose.public_part(key))], [alg]) == {"sub": "x"}


def test_an_rsa_key_may_be_meant_for_another_algorithm():
    pem = pem_of(rsa.generate_private_key(65537, 2048))
    assert jose.import_pem(pem, "PS384", kid="mine")["alg"] == "PS384"
    with pytest.raises(ValueError, match="ES256"):
        jose.import_pem(pem, "ES256")


def test_an_encrypted_pem_file_needs_its_password():
    pem = pem_of(ec.generate_private_key(ec.SECP256R1()), b"secret")
    assert jose.import_pem(pem, password=b"secret")["alg"] == "ES256"
    for password in (None, b"wrong"):
        with pytest.raises(ValueError, match="password"):
            jose.import_pem(pem, password=password)


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"nonsense",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        pem_of(rsa.generate_private_key(65537, 1024)),  # noqa: S505 - the weak key is the point
        pem_of(ec.generate_private_key(ec.SECP256K1())),
        pem_of(ed448.Ed448PrivateKey.generate()),
    ],
    ids=["empty", "nonsense", "broken", "public", "rsa-1024", "secp256k1", "ed448"],
)
def test_other_pem_files_are_refused(pem):
    with pytest.raises(ValueError):
        jose.import_pem(pem)


# Keys of others ----------------------------------------------------------------------------


@pytest.mark.parametrize("alg", [alg for alg in SIGNING_ALGS if alg[0] != "H"])
def test_a_public_key_verifies_its_own_algorithm_only(alg):
    key = jose.public_key(public(alg))
    assert [other for other in SIGNING_ALGS if key.verifies(other)] == [alg]
    assert not key.verifies("none")


def test_a_key_without_alg_verifies_all_of_its_kind():
    jwk = public("RS256")
    del jwk["alg"]
    key = jose.public_key(jwk)
    verified = [alg for alg in SIGNING_ALGS if key.verifies(alg)]
    assert verified == ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]


@pytest.mark.spec("RFC 7517", "4.2")
@pytest.mark.parametrize(
    "change, verifies",
    [
        pytest.param({"use": "enc"}, False, id="JO-18-use-enc"),
        pytest.param({"use": "SIG"}, False, id="JO-18-use-upper-case"),
        pytest.param({"key_ops": ["encrypt"]}, False, id="JO-18-key-ops-encrypt"),
        pytest.param({"key_ops": ["sign"]}, False, id="JO-18-key-ops-sign"),
        pytest.param({"key_ops": ["verify"]}, True, id="key-ops-verify"),
        pytest.param({"key_ops": []}, True, id="key-ops-empty"),
        pytest.param({"use": None}, True, id="no-use"),
        pytest.param({"alg": "ES384"}, False, id="JO-18-other-alg"),
        pytest.param({"alg": "ECDH-ES"}, False, id="JO-18-encryption-alg"),
    ],
)
def test_a_key_is_used_for_what_it_is_meant_for(change, verifies):
    key = jose.public_key({**public("ES256"), **change})
    assert key.verifies("ES256") is verifies


def rsa_jwk(bits=2048, exponent=65537):
    numbers = rsa.generate_private_key(exponent, bits).public_key().public_numbers()
    size = (bits + 7) // 8
    return {
        "kty": "RSA",
        "n": base64url.encode(numbers.n.to_bytes(size, "big")),
        "e": base64url.encode(numbers.e.to_bytes(3, "big")),
    }


def p256(x, y):
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url.encode(x.to_bytes(32, "big")),
        "y": base64url.encode(y.to_bytes(32, "big")),
    }


def ed25519_jwk(point):
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(point)}


BAD_KEYS = {
    "JO-02-symmetric": {"kty": "oct", "k": base64url.encode(bytes(32))},
    "JO-04-identity": ed25519_jwk(b"\x01" + bytes(31)),
    "JO-04-identity-with-sign": ed25519_jwk(b"\x01" + bytes(30) + b"\x80"),
    "JO-04-zero": ed25519_jwk(bytes(32)),
    "JO-04-small-order": ed25519_jwk(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    ),
    "JO-04-ed25519-too-short": ed25519_jwk(bytes(31)),
    "JO-05-off-curve": p256(1, 1),
    "JO-05-infinity": p256(0, 0),
    "JO-05-secp256k1": {**public("ES256"), "crv": "secp256k1"},
    "JO-05-other-curve": {**public("ES256"), "crv": "P-384"},
    "JO-05-curve-is-a-list": {**public("ES256"), "crv": ["P-256"]},
    "JO-05-no-curve": {"kty": "EC", "x": "AQ", "y": "AQ"},
    "JO-07-kid-number": {**public("ES256"), "kid": 5},
    "JO-07-kid-list": {**public("ES256"), "kid": ["x"]},
    "JO-09-padded-number": {**public("RS256"), "e": "AQAB="},
    "JO-18-key-ops-text": {**public("ES256"), "key_ops": "verify"},
    "JO-18-alg-number": {**public("ES256"), "alg": 5},
    "JO-18-use-list": {**public("ES256"), "use": ["sig"]},
    "JO-19-private": jose.new_key("ES256"),
    "JO-19-private-rsa": jose.new_key("RS256"),
    "JO-19-rsa-1024": rsa_jwk(1024),
    "JO-19-rsa-huge-exponent": {
        **public("RS256"),
        "e": base64url.encode(b"\x01" + bytes(8) + b"\x01"),
    },
    "JO-19-rsa-exponent-1": {**public("RS256"), "e": "AQ"},
    "JO-19-rsa-even-exponent": {**public("RS256"), "e": "Ag"},
    "JO-19-rsa-empty": {"kty": "RSA", "n": "", "e": ""},
    "JO-19-rsa-too-long": {"kty": "RSA", "n": base64url.encode(b"\xff" * 1025), "e": "AQAB"},
    "no-kty": {"crv": "P-256"},
    "kty-list": {"kty": ["EC"]},
    "kty-unknown": {"kty": "XYZ"},
    "no-members": {"kty": "RSA"},
    "numbers-for-texts": {"kty": "EC", "crv": "P-256", "x": 5, "y": 5},
    "certificates-text": {**public("ES256"), "x5c": "MII"},
    "certificates-numbers": {**public("ES256"), "x5c": [5]},
    "empty": {},
}


@pytest.mark.spec("RFC 8725", "3.4")
@pytest.mark.parametrize("jwk", BAD_KEYS.values(), ids=BAD_KEYS)
def test_bad_keys_are_refused(jwk):
    with pytest.raises(JoseError):
        jose.public_key(jwk)


def test_a_shared_secret_only_where_it_is_asked_for():
    jwk = jose.symmetric_key(b"x" * 32, "HS256")
    assert jose.public_key(jwk, symmetric=True).verifies("HS256")
    with pytest.raises(JoseError):
        jose.public_key(jwk)


@pytest.mark.spec("RFC 7518", "3.2")
@pytest.mark.parametrize("alg, size", [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_short_secrets_are_refused(alg, size):
    """CA-12: no HMAC with a secret shorter than its hash."""
    assert jose.symmetric_key(b"x" * size, alg)["alg"] == alg
    with pytest.raises(ValueError):
        jose.symmetric_key(b"x" * (size - 1), alg)


# Sets --------------------------------------------------------------------------------------


def test_a_set_of_keys():
    keys = [public("ES256"), public("RS256"), public("EdDSA")]
    parsed = jose.parse_jwks({"keys": keys})
    assert [key.kid for key in parsed] == [key["kid"] for key in keys]
    assert [key.kty for key in parsed] == ["EC", "RSA", "OKP"]
    assert jose.parse_jwks({"keys": []}) == ()


@pytest.mark.spec("RFC 7517", "5")
def test_keys_that_nobody_knows_are_passed_over():
    strangers = [{"kty": "AKP"}, {"kty": 5}, {}, {"kty": "EC", "crv": "secp256k1"}]
    assert jose.parse_jwks({"keys": strangers}) == ()
    assert len(jose.parse_jwks({"keys": [*strangers, public()]})) == 1


def test_an_encryption_key_may_be_in_the_set_and_verifies_nothing():
    x25519 = {
        "kty": "OKP",
        "crv": "X25519",
        "x": base64url.encode(b"\x09" + bytes(31)),
        "use": "enc",
    }
    rsa_enc = {**rsa_jwk(), "use": "enc", "alg": "RSA-OAEP"}
    for key in jose.parse_jwks({"keys": [x25519, rsa_enc]}):
        assert not any(key.verifies(alg) for alg in SIGNING_ALGS)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(None, id="SF-05-nothing"),
        pytest.param([], id="SF-05-array"),
        pytest.param({}, id="SF-05-no-keys"),
        pytest.param({"keys": None}, id="SF-05-null"),
        pytest.param({"keys": {}}, id="SF-05-object"),
        pytest.param({"keys": "x"}, id="SF-05-text"),
        pytest.param({"keys": [None]}, id="SF-05-null-key"),
        pytest.param({"keys": ["x"]}, id="SF-05-text-key"),
        pytest.param({"keys": [{}] * (MOST_KEYS + 1)}, id="SF-05-too-many"),
        pytest.param({"keys": [jose.new_key("ES256")]}, id="JO-19-private"),
        pytest.param({"keys": [{"kty": "oct", "k": "AAAA"}]}, id="JO-19-symmetric"),
        pytest.param({"keys": [{"kty": "XYZ", "d": "AAAA"}]}, id="JO-19-private-unknown"),
        pytest.param({"keys": [public("ES256"), p256(1, 1)]}, id="JO-05-off-curve"),
    ],
)
def test_bad_sets_are_refused(document):
    with pytest.raises(JoseError):
        jose.parse_jwks(document)


def test_one_name_for_two_keys_is_refused():
    """JO-18: which of them is meant?"""
    with pytest.raises(JoseError):
        jose.parse_jwks({"keys": [{**public(), "kid": "1"}, {**public(), "kid": "1"}]})
    different = [{**public("ES256"), "kid": "1"}, {**public("RS256"), "kid": "1"}]
    assert len(jose.parse_jwks({"keys": different})) == 2


def test_fifty_keys_are_fine():
    keys = [{**public(), "kid": str(n)} for n in range(MOST_KEYS)]
    assert len(jose.parse_jwks({"keys": keys})) == MOST_KEYS


def test_what_is_kept_of_a_key_is_public_and_described():
    certificate = base64.b64encode(b"certificate").decode()
    key = {**public(), "x5c": [certificate], "x5t#S256": "AAAA", "oops": "x"}
    (parsed,) = jose.parse_jwks({"keys": [key]})
    assert dict(parsed.public) == {name: key[name] for name in key if name != "oops"}


def test_sf_05_twenty_keys_of_4096_bits_are_enough():
    assert MOST_KEYS == 20
    for bits, good in ((1024, False), (2048, True), (4096, True), (4104, False), (8192, False)):
        modulus = (1 << (bits - 1)) + 1
        key = {"kty": "RSA", "e": "AQAB", "n": base64url.encode(modulus.to_bytes(bits // 8, "big"))}
        if good:
            assert jose.parse_jwks({"keys": [key]})
        else:
            with pytest.raises(jose.JoseError):
                jose.parse_jwks({"keys": [key]})
