"""Small values: options, citations, JSON in colours, times, hashes."""

import json

import pytest

from oidc_pyramid.playground import citations, discovery, errors, id_token, meanings
from oidc_pyramid.playground.highlight import pieces
from oidc_pyramid.playground.jwt import shown, take_apart
from oidc_pyramid.playground.options import LONGEST, Options, read_options
from oidc_pyramid.playground.refresh import abridged


def test_options_come_from_what_is_on_offer():
    pairs = [("client_id", "evil"), ("scope", "email"), ("scope", "root"), ("prompt", "create")]
    assert read_options(pairs) == Options(scope=("email",), stop=False)


def test_options_keep_texts_that_are_wrong_on_purpose():
    found = read_options([("max_age", "-1"), ("login_hint", " a\0b\n " + "x" * 500), ("stop", "1")])
    assert found.max_age == "-1"
    assert found.login_hint.startswith("ab x")
    assert len(found.login_hint) <= LONGEST
    assert found.login_hint.isprintable()
    assert found.stop


@pytest.mark.parametrize(
    "citation,where",
    [
        ("RFC 7636 §4.2", "https://www.rfc-editor.org/rfc/rfc7636#section-4.2"),
        ("RFC 9207", "https://www.rfc-editor.org/rfc/rfc9207"),
        (
            "Core §3.1.3.7",
            "https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation",
        ),
        ("Core §99", "https://openid.net/specs/openid-connect-core-1_0.html"),
        ("Hearsay §1", ""),
    ],
)
def test_a_citation_becomes_an_address(citation, where):
    assert citations.address(citation) == where


def cited():
    tables = (meanings.REQUEST, meanings.ANSWER, meanings.LOGOUT, meanings.CLAIMS, errors.ERRORS)
    return {meaning.spec for table in tables for meaning in table.values()}


@pytest.mark.parametrize("citation", sorted(cited()))
def test_each_meaning_can_be_looked_up(citation):
    assert citations.address(citation)


def test_the_discovery_rows_name_the_endpoints_that_are_needed():
    assert set(discovery.NEEDED) <= set(discovery.ENDPOINTS)


@pytest.mark.parametrize(
    "value", [{}, [], {"a": [1, 2.5, True, None], "b": {"c": 'x"<y', "é": []}}, "x", 7, [[{}]]]
)
def test_coloured_json_is_still_json(value):
    text = "".join(piece.text for piece in pieces(value))
    assert json.loads(text) == value
    assert text == json.dumps(value, ensure_ascii=False, indent=2)


def test_pieces_know_what_they_are():
    found = {piece.text: piece.kind for piece in pieces({"a": 1, "b": "c", "d": None})}
    assert (found['"a"'], found["1"], found['"c"'], found["null"]) == (
        "key",
        "number",
        "string",
        "word",
    )


@pytest.mark.parametrize(
    "name,value,text",
    [
        ("exp", 0, "0 (1970-01-01 00:00:00 UTC)"),
        ("exp", -1, "-1"),
        ("exp", 10**15, "1000000000000000"),
        ("iat", "soon", "soon"),
        ("aud", ["a"], '["a"]'),
        ("email_verified", True, "true"),
        ("name", "Zoë", "Zoë"),
    ],
)
def test_claims_are_shown_on_one_line(name, value, text):
    assert shown(name, value) == text


@pytest.mark.spec("Core", "3.1.3.6")
def test_half_hashes_have_half_the_length():
    lengths = {alg: len(id_token.half_hash(alg, "x")) for alg in ("RS256", "ES384", "EdDSA")}
    assert lengths == {"RS256": 22, "ES384": 32, "EdDSA": 43}


@pytest.mark.spec("Core", "A.4")
def test_the_half_hash_of_the_specifications_example():
    assert id_token.half_hash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == (
        "77QmUPtjPfzWtF2AnpK9RQ"
    )


def test_a_jwt_has_three_parts():
    assert take_apart("e30.e30.x").claims == {}
    assert take_apart("e30.e30") is None


def test_a_long_token_is_told_by_its_ends():
    assert abridged("short") == "short"
    assert abridged("a" * 30 + "-the-end") == "aaaaaaaa…aaaa-the-end"
