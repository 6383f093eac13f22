"""Client secrets: random, remembered by digest, compared with all."""

import hashlib
import re

from oidc_pyramid.protocol import client_secret


def test_secrets_are_long_url_safe_and_different():
    made = {client_secret.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{64}", secret) for secret in made)


def test_only_the_digest_is_kept():
    assert client_secret.digest("secret") == hashlib.sha256(b"secret").digest()


def test_any_of_the_digests_may_match():
    old, new = client_secret.new_secret(), client_secret.new_secret()
    digests = [client_secret.digest(old), client_secret.digest(new)]
    assert client_secret.matches(old, digests)
    assert client_secret.matches(new, digests)
    assert not client_secret.matches(new[:-1], digests)
    assert not client_secret.matches("", digests)


def test_a_client_without_secrets_matches_nothing():
    assert not client_secret.matches("", [])
    assert not client_secret.matches("x", [])


def test_odd_texts_are_wrong_secrets_and_nothing_worse():
    digests = [client_secret.digest("x")]
    for secret in ("\ud800", "\x00", "ü" * 10_000):
        assert not client_secret.matches(secret, digests)
