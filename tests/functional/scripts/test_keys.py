"""``oidc-pyramid keys``."""

import json

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from oidc_pyramid.protocol.jose import Signer
from oidc_pyramid.protocol.jwk import ASYMMETRIC
from oidc_pyramid.scripts.deployment import Deployment

DAY = 86400


def ring(terminal, *options):
    return {key["kid"]: key["state"] for key in terminal.json("keys", "list", *options)}


def in_state(terminal, state):
    return [kid for kid, its in ring(terminal).items() if its == state]


def pem(key, encryption=None):
    encryption = encryption or NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, encryption)


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def clock():
    with time_machine.travel(1_800_000_000, tick=False) as traveller:
        yield traveller


def test_list(terminal):
    lines = terminal.says("keys", "list").splitlines()
    assert lines[0].split() == ["KID", "ALG", "STATE", "CREATED", "ACTIVATED", "REMOVE"]
    assert len(lines) == 2
    shown = json.dumps(terminal.json("keys", "list"))
    assert "private" not in shown
    assert '"d"' not in shown


def test_the_first_key_of_an_algorithm_signs_at_once(terminal):
    assert "signs now" in terminal.says("keys", "create", "--alg", "EdDSA")


def test_a_further_key_waits(terminal):
    assert "is published; rotate after" in terminal.says("keys", "create")
    assert len(in_state(terminal, "next")) == 1
    assert "has a next key already" in terminal.fails("keys", "create")


def test_create_for_at_once(terminal):
    (old,) = in_state(terminal, "current")
    assert "signs now" in terminal.says("keys", "create", "--now")
    assert ring(terminal)[old] == "retiring"


def test_rotation_over_time(terminal, clock):
    (old,) = in_state(terminal, "current")
    assert "is published" in terminal.says("keys", "rotate")
    (new,) = in_state(terminal, "next")
    clock.shift(DAY - 60)
    assert "rotate again after" in terminal.says("keys", "rotate")
    clock.shift(60)
    assert f"{new} signs now" in terminal.says("keys", "rotate")
    assert ring(terminal) == {old: "retiring", new: "current"}
    clock.shift(7 * DAY)
    terminal.says("purge")
    assert ring(terminal) == {new: "current"}
    assert ring(terminal, "--all") == {old: "retired", new: "current"}


def test_rotate_at_once_in_two_steps(terminal):
    (old,) = in_state(terminal, "current")
    terminal.says("keys", "rotate")
    assert "signs now" in terminal.says("keys", "rotate", "--now")
    assert ring(terminal)[old] == "retiring"


def test_import_of_the_ancestors_key(terminal, rsa_key, tmp_path):
    file = tmp_path / "OIDC_RSA_KEY.pem"
    file.write_bytes(pem(rsa_key))
    said = terminal.says("keys", "import", str(file), "--kid", "6b7f")
    assert "RS256: 6b7f signs now" in said
    settings = Deployment(str(terminal.ini)).settings
    with terminal.provider() as provider:
        key = provider.keys.get("6b7f")
        assert Signer(key.open(settings.secret), "RS256", key.kid).sign({"sub": "a"})
        assert b"BEGIN" not in key.private
    assert "here already" in terminal.fails("keys", "import", str(file), "--kid", "6b7f", "--now")


def test_import_for_another_algorithm(terminal, rsa_key, tmp_path):
    file = tmp_path / "key.pem"
    file.write_bytes(pem(rsa_key))
    assert "PS256" in terminal.says("keys", "import", str(file), "--alg", "PS256")
    assert "can't sign with ES256" in terminal.fails("keys", "import", str(file), "--alg", "ES256")


def test_import_of_an_encrypted_file(terminal, rsa_key, tmp_path):
    file = tmp_path / "key.pem"
    file.write_bytes(pem(rsa_key, BestAvailableEncryption(b"open sesame")))
    assert "password" in terminal.fails("keys", "import", str(file))
    said = terminal.says("keys", "import", str(file), "--passphrase", typed="open sesame\n")
    assert "signs now" in said


def test_what_is_no_private_key_for_us(terminal, rsa_key, tmp_path):
    file = tmp_path / "key.pem"
    public = rsa_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that it is refused is the test
    curve = ec.generate_private_key(ec.SECP256K1())
    for text in (b"", b"nonsense", public, pem(weak), pem(curve)):
        file.write_bytes(text)
        assert str(file) in terminal.fails("keys", "import", str(file))
    assert "No such file" in terminal.fails("keys", "import", str(tmp_path / "none"), code=2)


@pytest.mark.parametrize("alg", [*ASYMMETRIC])
def test_a_key_for_each_algorithm(terminal, alg):
    terminal.says("keys", "create", "--alg", alg, "--now")
    assert alg in {key["alg"] for key in terminal.json("keys", "list") if key["state"] == "current"}


@pytest.mark.parametrize(
    "curve,alg", [(ec.SECP256R1, "ES256"), (ec.SECP384R1, "ES384"), (ec.SECP521R1, "ES512")]
)
def test_import_of_a_curve(terminal, tmp_path, curve, alg):
    file = tmp_path / "key.pem"
    file.write_bytes(pem(ec.generate_private_key(curve())))
    terminal.says("keys", "import", str(file), "--now")
    assert alg in {key["alg"] for key in terminal.json("keys", "list")}


def test_an_rsa_key_is_imported_for_one_algorithm(terminal, rsa_key, tmp_path):
    file = tmp_path / "key.pem"
    file.write_bytes(pem(rsa_key))
    assert "PS384" in terminal.says("keys", "import", str(file), "--alg", "PS384")
    assert "is here already" in terminal.fails("keys", "import", str(file), "--alg", "RS512")


def test_rotate_keeps_every_algorithm(terminal):
    for alg in ("PS512", "ECDH-ES"):
        terminal.says("keys", "create", "--alg", alg)
    terminal.says("keys", "rotate", "--now")
    for state in ("current", "retiring"):
        found = [key["alg"] for key in terminal.json("keys", "list") if key["state"] == state]
        assert sorted(found) == ["ECDH-ES", "ES256", "PS512"]


def test_an_algorithm_that_is_no_longer_wanted(terminal):
    terminal.says("keys", "create", "--alg", "PS256")
    (kid,) = (key["kid"] for key in terminal.json("keys", "list") if key["alg"] == "PS256")
    assert "signs no more" in terminal.says("keys", "retire", kid)


def test_the_only_key_cannot_retire(terminal):
    (kid,) = in_state(terminal, "current")
    assert "keys create --alg ES256" in terminal.fails("keys", "retire", kid)
    terminal.says("keys", "create")
    (new,) = in_state(terminal, "next")
    assert f"{new} does" in terminal.says("keys", "retire", kid)
    assert ring(terminal) == {kid: "retiring", new: "current"}


def test_a_stolen_key_is_gone_at_once(terminal):
    (kid,) = in_state(terminal, "current")
    terminal.says("keys", "create")
    terminal.says("keys", "retire", kid, "--at-once")
    assert kid not in ring(terminal)
    with terminal.provider() as provider:
        assert provider.keys.get(kid).private == b""
    assert "no key" in terminal.fails("keys", "retire", kid)


def test_a_stolen_key_that_was_retiring(terminal):
    (kid,) = in_state(terminal, "current")
    terminal.says("keys", "create", "--now")
    terminal.says("keys", "retire", kid, "--at-once")
    assert kid not in ring(terminal)


def test_a_next_key_that_nobody_wants(terminal):
    terminal.says("keys", "create")
    (kid,) = in_state(terminal, "next")
    terminal.says("keys", "retire", kid)
    assert kid not in ring(terminal)


def test_a_kid_may_look_like_an_option(terminal):
    assert "no key -x7" in terminal.fails("keys", "retire", "-x7")


def test_another_secret_makes_no_keys(terminal):
    (terminal.directory / "var" / "secret").write_text(
        "RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c"
    )
    assert "not the one" in terminal.fails("keys", "create")


def test_a_key_for_what_is_encrypted_to_us(terminal):
    terminal.says("keys", "create", "--alg", "RSA-OAEP-256")
    (made,) = [key for key in terminal.json("keys", "list") if key["use"] == "enc"]
    assert (made["alg"], made["state"]) == ("RSA-OAEP-256", "current")
    terminal.says("keys", "rotate", "--alg", "RSA-OAEP-256", "--now")
    found = [key for key in terminal.json("keys", "list") if key["use"] == "enc"]
    assert sorted(key["state"] for key in found) == ["current", "retiring"]
    with terminal.provider() as provider:
        assert "RSA-OAEP-256" not in provider.keys.algs()
