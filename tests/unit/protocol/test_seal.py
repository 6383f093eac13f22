"""Seals: ours alone, for one purpose alone, in one spelling alone."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol import base64url
from oidc_pyramid.protocol.seal import Sealer, SealError, UnknownSealKey, derive, new_root

KID, ROOT = new_root()
ISSUER = "https://op.example"
SEALER = Sealer({KID: ROOT}, KID, ISSUER, 0)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.text(max_size=20), st.binary(max_size=300))
def test_what_is_sealed_is_opened(purpose, payload):
    assert SEALER.open(purpose, SEALER.seal(purpose, payload)) == payload


@given(st.text(max_size=20), st.text(max_size=20), st.binary(max_size=50))
def test_a_seal_is_for_one_purpose(purpose, other, payload):
    """CD-11: a code is no access token, whatever the two are called."""
    text = SEALER.seal(purpose, payload)
    if purpose != other:
        with pytest.raises(SealError):
            SEALER.open(other, text)


@given(st.data())
def test_a_changed_character_breaks_it(data):
    text = SEALER.seal("code", b"payload")
    place = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.sampled_from([c for c in ALPHABET if c != text[place]]))
    with pytest.raises(SealError):
        SEALER.open("code", text[:place] + character + text[place + 1 :])


@given(st.text(max_size=200))
def test_any_other_text_is_no_seal(text):
    with pytest.raises(SealError):
        SEALER.open("code", text)


@given(st.binary(max_size=120))
def test_any_other_bytes_are_no_seal(data):
    for message in (data, b"\x01" + data, b"\x01" + bytes.fromhex(KID) + data):
        with pytest.raises(SealError):
            SEALER.open("code", base64url.encode(message))


@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(lambda text: text + "=", id="JO-09-padding"),
        pytest.param(lambda text: text + "\n", id="JO-09-newline"),
        pytest.param(lambda text: " " + text, id="JO-09-space"),
        pytest.param(lambda text: text[:-1], id="cut-off"),
        pytest.param(lambda text: text + "A", id="longer"),
        pytest.param(lambda text: text + "A" * 100_000, id="JO-16-oversize"),
        pytest.param(str.swapcase, id="swapped-case"),
    ],
)
def test_one_spelling_only(spell):
    with pytest.raises(SealError):
        SEALER.open("code", spell(SEALER.seal("code", b"payload")))


def test_neither_trailing_bits_nor_the_other_alphabet():
    for payload in (b"", b"1", b"22", b"333"):
        text = SEALER.seal("code", payload)
        raw = base64url.decode(text)
        other = base64.b64encode(raw).decode().rstrip("=")
        spellings = {text[:-1] + last for last in ALPHABET} | {other}
        good = [spelling for spelling in spellings - {text} if opens(spelling)]
        assert good == []


def opens(text):
    try:
        SEALER.open("code", text)
    except SealError:
        return False
    return True


def test_the_same_payload_is_sealed_differently_each_time():
    """CD-10: no shared prefix but the version and the name of the root."""
    texts = {SEALER.seal("code", b"payload") for _ in range(100)}
    assert len(texts) == 100
    assert len({text[7:] for text in texts}) == 100
    assert len({text[:6] for text in texts}) == 1


def test_another_root_issuer_or_epoch_opens_nothing():
    """TK-07 and restores: keys and context differ by issuer and epoch."""
    text = SEALER.seal("code", b"payload")
    for other in (
        Sealer({KID: secrets.token_bytes(32)}, KID, ISSUER, 0),
        Sealer({KID: ROOT}, KID, "https://other.example", 0),
        Sealer({KID: ROOT}, KID, ISSUER, 1),
    ):
        with pytest.raises(SealError):
            other.open("code", text)


def test_the_border_between_purpose_and_issuer_counts():
    one = Sealer({KID: ROOT}, KID, "bc", 0)
    two = Sealer({KID: ROOT}, KID, "c", 0)
    with pytest.raises(SealError):
        two.open("ab", one.seal("a", b"payload"))


def test_an_old_root_opens_and_a_new_one_seals():
    kid, root = new_root()
    both = Sealer({KID: ROOT, kid: root}, kid, ISSUER, 0)
    assert both.open("code", SEALER.seal("code", b"old")) == b"old"
    new = both.seal("code", b"new")
    with pytest.raises(UnknownSealKey) as caught:
        SEALER.open("code", new)
    assert caught.value.kid == kid


def test_bad_rings_are_refused():
    for roots, current in [
        ({}, KID),
        ({KID: ROOT}, "00000000"),
        ({KID: b"short"}, KID),
        ({"xyz": ROOT}, "xyz"),
        ({"ABCDEF01": ROOT}, "ABCDEF01"),
        ({"abcd": ROOT}, "abcd"),
    ]:
        with pytest.raises(ValueError):
            Sealer(roots, current, ISSUER, 0)


def test_roots_are_random_and_do_not_show():
    assert new_root()[0] != new_root()[0]
    assert len(new_root()[1]) == 32
    assert repr(SEALER) == "<Sealer of https://op.example>"


def test_a_code_of_usual_content_is_short():
    assert len(SEALER.seal("code", bytes(300))) <= 512


def test_derived_keys_differ_by_purpose_and_secret():
    other = secrets.token_bytes(32)
    keys = {derive(ROOT, "a"), derive(ROOT, "b"), derive(other, "a")}
    assert len(keys) == 3
    assert derive(ROOT, "a") == derive(ROOT, "a")
    with pytest.raises(ValueError):
        derive(b"short", "a")
