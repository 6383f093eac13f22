"""Who signs in: a person with every standard claim (Core §5.1)."""

from tests.functional.conformance.claim_types import words

SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")

CLAIMS = {
    "name": "Alice Pleasance Liddell",
    "given_name": "Alice",
    "family_name": "Liddell",
    "middle_name": "Pleasance",
    "nickname": "Al",
    "preferred_username": "alice",
    "profile": "https://people.example/alice",
    "picture": "https://people.example/alice.png",
    "website": "https://alice.example/",
    "gender": "female",
    "birthdate": "1852-05-04",
    "zoneinfo": "Europe/London",
    "locale": "en-GB",
    "email": "alice@example.org",
    "email_verified": True,
    "phone_number": "+44 1865 276150",
    "phone_number_verified": True,
    "address_street_address": "Tom Quad",
    "address_locality": "Oxford",
    "address_region": "Oxfordshire",
    "address_postal_code": "OX1 1DP",
    "address_country": "England",
}

CLAIMS_OF = {
    "profile": words(
        "name family_name given_name middle_name nickname preferred_username profile picture"
        " website gender birthdate zoneinfo locale updated_at"
    ),
    "email": frozenset({"email", "email_verified"}),
    "address": frozenset({"address"}),
    "phone": frozenset({"phone_number", "phone_number_verified"}),
}
