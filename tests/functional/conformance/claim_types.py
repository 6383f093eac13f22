"""The JSON types of the standard claims (Core §2, §5.1)."""

import re
import time


def words(text):
    """The words of a text, as a set."""
    return frozenset(text.split())


TEXTS = words(
    "name given_name family_name middle_name nickname preferred_username profile picture website"
    " email gender birthdate zoneinfo locale phone_number"
)
TOKEN_CLAIMS = words(
    "iss sub aud exp iat nbf auth_time nonce acr amr azp at_hash c_hash s_hash sid jti"
)
FLAGS = frozenset({"email_verified", "phone_number_verified"})
KNOWN = TEXTS | TOKEN_CLAIMS | FLAGS | {"address", "updated_at"}
ADDRESS = words("formatted street_address locality region postal_code country")
BIRTHDATE = re.compile(r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?")
SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")


def check_claims(claims):
    """No unknown, empty or wrongly typed claim."""
    assert set(claims) <= KNOWN
    assert SUBJECT.fullmatch(claims["sub"])
    for name, value in claims.items():
        assert value not in (None, "", "null", {}, [])
        if name in TEXTS:
            assert isinstance(value, str)
        if name in FLAGS:
            assert type(value) is bool
    _check_values(claims)


def _check_values(claims):
    if "birthdate" in claims:
        assert BIRTHDATE.fullmatch(claims["birthdate"])
    if "updated_at" in claims:
        assert type(claims["updated_at"]) is int
        assert claims["updated_at"] <= time.time()
    if "acr" in claims:
        assert isinstance(claims["acr"], str)
    if "address" in claims:
        assert set(claims["address"]) <= ADDRESS
        assert all(isinstance(v, str) and v for v in claims["address"].values())
