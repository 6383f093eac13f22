"""Keys at rest open under the same secret and name, and not otherwise."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol.seal import SealError
from oidc_pyramid.protocol.wrap import unwrap, wrap

SECRET = secrets.token_bytes(32)


@given(st.text(max_size=20), st.binary(max_size=200))
def test_what_is_wrapped_is_unwrapped(name, plaintext):
    assert unwrap(SECRET, name, wrap(SECRET, name, plaintext)) == plaintext


def test_another_name_or_secret_unwraps_nothing():
    wrapped = wrap(SECRET, "key/1", b"private")
    for secret, name in [(SECRET, "key/2"), (secrets.token_bytes(32), "key/1")]:
        with pytest.raises(SealError):
            unwrap(secret, name, wrapped)


def test_damage_is_found():
    wrapped = wrap(SECRET, "key/1", b"private")
    damaged = [wrapped[:n] for n in range(len(wrapped))]
    damaged += [
        wrapped[:n] + bytes([wrapped[n] ^ 1]) + wrapped[n + 1 :] for n in range(len(wrapped))
    ]
    damaged.append(wrapped + b"\x00")
    for value in damaged:
        with pytest.raises(SealError):
            unwrap(SECRET, "key/1", value)


def test_nothing_of_the_plaintext_shows_and_no_two_are_alike():
    wrapped = {wrap(SECRET, "key/1", b"private") for _ in range(20)}
    assert len(wrapped) == 20
    assert not any(b"private" in value for value in wrapped)


@pytest.mark.parametrize("secret", [b"", b"changeme", b"x" * 31])
def test_short_secrets_are_refused(secret):
    """LG-08: no weak secret protects a key."""
    with pytest.raises(ValueError, match="32"):
        wrap(secret, "key/1", b"private")
    with pytest.raises(ValueError, match="32"):
        unwrap(secret, "key/1", wrap(SECRET, "key/1", b"private"))
