"""What a third party vouches for in a registration (RFC 7591 §2.3, §3.1.1)."""

import json

import pytest

from oidc_pyramid.protocol.jose import Signer, new_key, public_part, unsigned

PLAIN = {"redirect_uris": ["https://rp.example/cb"], "client_name": "A client"}
VOUCHED = {"iss": "https://vouches.example", "client_name": "Vouched for", "scope": "openid"}


@pytest.fixture(scope="module")
def believed():
    return new_key("ES256")


@pytest.fixture
def register(make_op, believed):
    jwks = json.dumps({"keys": [public_part(believed)]})
    settings = {"oidc.registration": "open", "oidc.registration_statement_jwks": jwks}
    browser = make_op(**settings).browser()

    def register(statement, status=201, **metadata):
        document = {**PLAIN, **metadata, "software_statement": statement}
        return browser.post_json("/clients", document, status=status).json

    return register


@pytest.fixture
def vouch(believed):
    def vouch(key=believed, **claims):
        claims = {**VOUCHED, **claims}
        present = {name: value for name, value in claims.items() if value is not None}
        return Signer(json.dumps(key), "ES256", key["kid"]).sign(present)

    return vouch


@pytest.mark.spec("RFC 7591", "2.3")
@pytest.mark.spec("RFC 7591", "3.2.1")
def test_it_counts_more_than_the_client_and_comes_back_unchanged(register, vouch):
    statement = vouch()
    made = register(statement, scope="openid email")
    assert (made["client_name"], made["scope"]) == ("Vouched for", "openid")
    assert made["software_statement"] == statement
    assert made["redirect_uris"] == PLAIN["redirect_uris"]


@pytest.mark.spec("RFC 7591", "3.2.2")
@pytest.mark.parametrize(
    "claims",
    [{"iss": None}, {"iss": 7}, {"exp": 1}, {"nbf": 2**40}, {"exp": "soon"}],
    ids=lambda claims: "-".join(map(str, *claims.items())),
)
def test_dc_09_claims_that_are_not_good(register, vouch, claims):
    assert register(vouch(**claims), 400)["error"] == "invalid_software_statement"


@pytest.mark.spec("RFC 7591", "3.2.2")
def test_dc_09_who_signed_it(register, vouch):
    for statement in (vouch(new_key("ES256")), unsigned(VOUCHED)):
        assert register(statement, 400)["error"] == "unapproved_software_statement"
    for statement in ("nonsense", 7, {}):
        assert register(statement, 400)["error"] == "invalid_software_statement"


@pytest.mark.parametrize(
    "aud",
    [
        "https://op.example",
        "https://op.example/clients",
        ["https://other.example", "https://op.example"],
    ],
    ids=str,
)
def test_it_may_say_whom_it_is_for(register, vouch, aud):
    assert register(vouch(aud=aud))["client_name"] == "Vouched for"


@pytest.mark.parametrize(
    "aud",
    [
        "https://other.example",
        "https://op.example/",
        "https://op.example/token",
        ["https://other.example"],
        [],
        [7],
        {"https://op.example": 1},
        7,
        "",
    ],
    ids=str,
)
def test_dc_09_a_statement_for_others_is_not_for_us(register, vouch, aud):
    assert register(vouch(aud=aud), 400)["error"] == "invalid_software_statement"


@pytest.mark.spec("RFC 7591", "3.1.1")
def test_a_choice_of_the_statement_is_not_the_clients(register, vouch):
    statement = vouch(token_endpoint_auth_methods_supported=["client_secret_post"])
    made = register(statement, token_endpoint_auth_method="none")
    assert made["token_endpoint_auth_method"] == "client_secret_post"


@pytest.mark.spec("RFC 7591", "3.1.1")
def test_a_value_of_the_statement_is_not_chosen_again(register, vouch):
    statement = vouch(id_token_signed_response_alg="ES256")
    made = register(statement, id_token_signing_alg_values_supported=["RS256"])
    assert made["id_token_signed_response_alg"] == "ES256"


@pytest.mark.spec("RFC 7591", "3.1.1")
def test_keys_of_the_statement_are_the_only_ones(register, vouch, believed):
    own = {"keys": [public_part(new_key("ES256"))]}
    made = register(vouch(jwks_uri="https://vouches.example/jwks"), jwks=own)
    assert made["jwks_uri"] == "https://vouches.example/jwks"
    assert "jwks" not in made


@pytest.mark.spec("RFC 7591", "3.1.1")
def test_dc_04_no_other_name_in_another_language(register, vouch):
    made = register(vouch(), **{"client_name#de": "Eine Bank", "client_uri": "https://rp.example"})
    assert "client_name#de" not in made
    assert made["client_uri"] == "https://rp.example"
    made = register(vouch(**{"client_name#de": "Bürge"}), **{"client_name#de": "Bank"})
    assert made["client_name#de"] == "Bürge"
