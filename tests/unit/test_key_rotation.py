"""Keys by age: known to clients before they sign, published while what they signed is good."""

import pytest

from oidc_pyramid.key_rotation import tend
from oidc_pyramid.models.keys import CURRENT, NEXT, RETIRED, RETIRING, KeyRing, SigningKey
from oidc_pyramid.protocol.jose import new_key
from oidc_pyramid.protocol.jwe import new_encryption_key
from oidc_pyramid.settings import read_settings

DAY = 24 * 3600
NOW = 1_700_000_000


@pytest.fixture
def settings():
    return read_settings(
        {
            "oidc.issuer": "https://op.example",
            "oidc.secret": "a secret for tests alone: 0123456789",
            "oidc.rotate_keys_every": "90d",
            "oidc.key_publish_ahead": "2d",
            "oidc.key_retire_after": "7d",
        }
    )


@pytest.fixture
def ring(settings):
    ring = KeyRing()
    ring.add(SigningKey(new_key("ES256"), settings.secret, state=CURRENT, now=NOW))
    return ring


def states(ring):
    return [key.state for key in ring.keys]


def test_the_life_of_a_key(ring, settings):
    tend(ring, settings, now=NOW + 88 * DAY - 1)
    assert states(ring) == [CURRENT]
    tend(ring, settings, now=NOW + 88 * DAY)
    assert states(ring) == [CURRENT, NEXT]
    tend(ring, settings, now=NOW + 90 * DAY - 1)
    assert states(ring) == [CURRENT, NEXT]
    tend(ring, settings, now=NOW + 90 * DAY)
    assert states(ring) == [RETIRING, CURRENT]
    tend(ring, settings, now=NOW + 97 * DAY)
    assert states(ring) == [RETIRED, CURRENT]
    assert ring.keys[0].private == b""


def test_a_server_that_was_down_does_not_sign_with_a_key_that_nobody_knows(ring, settings):
    tend(ring, settings, now=NOW + 200 * DAY)
    assert states(ring) == [CURRENT, NEXT]
    tend(ring, settings, now=NOW + 202 * DAY)
    assert states(ring) == [RETIRING, CURRENT]


def test_by_hand_means_that_nothing_happens_by_itself(ring):
    settings = read_settings(
        {
            "oidc.issuer": "https://op.example",
            "oidc.secret": "0123456789 abcdefghijklmnopqrstuvwxyz",
        }
    )
    assert tend(ring, settings, now=NOW + 10_000 * DAY) == []
    assert states(ring) == [CURRENT]


def test_keys_for_what_is_encrypted_to_us_have_an_age_too(ring, settings):
    key = new_encryption_key("ECDH-ES")
    ring.add(SigningKey(key, settings.secret, state=NEXT, now=NOW))
    ring.activate(ring.keys[1], now=NOW, keep=0)
    tend(ring, settings, now=NOW + 88 * DAY)
    tend(ring, settings, now=NOW + 90 * DAY)
    assert [(key.alg, key.state) for key in ring.keys] == [
        ("ES256", RETIRING),
        ("ECDH-ES", RETIRING),
        ("ES256", CURRENT),
        ("ECDH-ES", CURRENT),
    ]
