"""PKCE with S256: the example of the RFC, and what attackers send instead."""

import base64
import hashlib
import secrets

import pytest

from oidc_pyramid.protocol import pkce

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.spec("RFC 7636", "B")
@pytest.mark.spec("RFC 7636", "4.6")
def test_the_example_of_the_specification():
    assert pkce.verify(VERIFIER, CHALLENGE)


@pytest.mark.spec("RFC 7636", "4.1")
@pytest.mark.parametrize("length", [43, 64, 128])
def test_verifiers_of_every_length_that_is_allowed(length):
    verifier = secrets.token_urlsafe(128)[:length]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert pkce.verify(verifier, base64.urlsafe_b64encode(digest).decode().rstrip("="))


def challenge_of(verifier):
    digest = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@pytest.mark.spec("RFC 7636", "4.1")
@pytest.mark.parametrize(
    "verifier",
    [
        pytest.param("", id="CD-06-empty"),
        pytest.param("x", id="CD-07-one-character"),
        pytest.param("x" * 42, id="CD-07-42-characters"),
        pytest.param("x" * 129, id="CD-07-129-characters"),
        pytest.param("x" * 42 + "+", id="CD-07-plus"),
        pytest.param("x" * 42 + "=", id="CD-07-padding"),
        pytest.param("x" * 42 + "ä", id="CD-07-not-ascii"),
        pytest.param("x" * 42 + "\x00", id="CD-07-nul"),
        pytest.param("x" * 43 + "\n", id="CD-07-newline"),
        pytest.param("x" * 42 + "\ud800", id="CD-07-surrogate"),
    ],
)
def test_a_malformed_verifier_fails_though_its_digest_is_right(verifier):
    assert pkce.verify(verifier, challenge_of(verifier)) is False


@pytest.mark.parametrize(
    "verifier",
    [
        pytest.param(CHALLENGE, id="CD-07-the-challenge-itself"),
        pytest.param(VERIFIER[:-1] + "l", id="CD-07-last-character"),
        pytest.param(VERIFIER.lower(), id="CD-07-lower-case"),
    ],
)
def test_a_wrong_verifier_fails(verifier):
    assert pkce.verify(verifier, CHALLENGE) is False


def test_a_padded_challenge_matches_nothing():
    assert pkce.verify(VERIFIER, CHALLENGE + "=") is False


@pytest.mark.spec("RFC 7636", "4.3")
def test_a_good_challenge_passes():
    pkce.check_challenge(CHALLENGE, "S256")


@pytest.mark.spec("RFC 7636", "4.4.1")
@pytest.mark.parametrize(
    "challenge, method",
    [
        pytest.param(CHALLENGE, "plain", id="CD-08-plain"),
        pytest.param(CHALLENGE, None, id="CD-08-absent"),
        pytest.param(CHALLENGE, "S256 ", id="CD-08-space"),
        pytest.param(CHALLENGE, "s256", id="CD-08-lower-case"),
        pytest.param(CHALLENGE, "S512", id="CD-08-S512"),
        pytest.param(CHALLENGE, "", id="CD-08-empty"),
        pytest.param(None, "S256", id="CD-05-no-challenge"),
        pytest.param("", "S256", id="CD-09-empty"),
        pytest.param(CHALLENGE[:-1], "S256", id="CD-09-42-characters"),
        pytest.param(CHALLENGE + "A", "S256", id="CD-09-44-characters"),
        pytest.param(CHALLENGE + "=", "S256", id="CD-09-padding"),
        pytest.param(CHALLENGE[:-1] + "+", "S256", id="CD-09-standard-alphabet"),
        pytest.param(CHALLENGE[:-1] + "ä", "S256", id="CD-09-not-ascii"),
        pytest.param(CHALLENGE + "\n", "S256", id="CD-09-newline"),
        pytest.param("A" * 100_000, "S256", id="CD-09-100-KiB"),
    ],
)
def test_a_challenge_that_no_verifier_could_answer_is_refused(challenge, method):
    with pytest.raises(ValueError):
        pkce.check_challenge(challenge, method)
