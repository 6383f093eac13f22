"""Parameters: each at most once, strictly decoded, and never an unexpected exception."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol.errors import InvalidRequest
from oidc_pyramid.protocol.params import LONGEST_VALUE, MOST_PARAMETERS, Params, parse_form

TEXT = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\x7f")
)


def test_a_value_is_found_by_its_name():
    params = Params([("scope", "openid email"), ("state", "x")])
    assert params.get("scope") == "openid email"
    assert params.required("state") == "x"
    assert params.get("nonce") is None
    assert params.all("nonce") == ()


@pytest.mark.spec("RFC 6749", "3.1")
def test_a_parameter_without_a_value_counts_as_omitted():
    params = Params([("state", ""), ("nonce", "n")])
    assert params.get("state") is None
    assert params.names() == ("nonce",)
    assert "state" not in params
    assert "nonce" in params
    assert 5 not in params


def test_a_missing_parameter_is_named():
    with pytest.raises(InvalidRequest) as caught:
        Params([]).required("grant_type")
    assert "grant_type is missing" in caught.value.description
    assert caught.value.check.id == "missing-parameter"


@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([("a", "1"), ("a", "2")], id="RU-15-two-values"),
        pytest.param([("a", "1"), ("a", "1")], id="RU-15-the-same-twice"),
        pytest.param([("a", ""), ("a", "2")], id="RU-15-first-empty"),
        pytest.param([("a", "1"), ("a", "")], id="RU-15-last-empty"),
    ],
)
def test_a_repeated_parameter_is_refused_when_read(pairs):
    params = Params([*pairs, ("b", "3")])
    assert params.get("b") == "3"
    for read in (params.get, params.required, params.all):
        with pytest.raises(InvalidRequest) as caught:
            read("a")
        assert caught.value.check.id == "duplicate-parameter"


def test_check_all_finds_a_repeated_parameter_that_nobody_reads():
    params = Params([("unknown", "1"), ("unknown", "2")])
    with pytest.raises(InvalidRequest):
        params.check_all()


def test_check_all_is_content_with_good_parameters():
    Params([("a", "1"), ("b", "2"), ("c", "")]).check_all()


@pytest.mark.spec("RFC 8707", "2")
def test_a_repeatable_parameter_keeps_its_order():
    params = Params([("resource", "x"), ("resource", ""), ("resource", "y")], ("resource",))
    params.check_all()
    assert params.all("resource") == ("x", "y")
    with pytest.raises(InvalidRequest):
        params.get("resource")


@pytest.mark.parametrize("character", [*map(chr, range(32)), "\x7f", "\ud800"])
def test_control_characters_and_lone_surrogates_are_refused(character):
    for pair in [("state", f"x{character}y"), (f"st{character}ate", "x")]:
        with pytest.raises(InvalidRequest) as caught:
            Params([pair]).check_all()
        assert caught.value.check.id == "malformed-parameter"


def test_values_up_to_the_limit_are_taken_and_longer_ones_refused():
    assert Params([("state", "x" * LONGEST_VALUE)]).get("state") == "x" * LONGEST_VALUE
    for value in ("x" * (LONGEST_VALUE + 1), "ü" * (LONGEST_VALUE // 2 + 1)):
        params = Params([("state", value), ("nonce", "n")])
        assert params.get("nonce") == "n"
        with pytest.raises(InvalidRequest) as caught:
            params.get("state")
        assert caught.value.check.id == "oversized-request"


def test_too_many_parameters_are_refused_at_once():
    Params([(f"p{n}", "x") for n in range(MOST_PARAMETERS)])
    with pytest.raises(InvalidRequest):
        Params([(f"p{n}", "x") for n in range(MOST_PARAMETERS + 1)])


def test_the_public_sentence_never_repeats_what_was_sent():
    evil = '<script>alert(1)</script>"'
    with pytest.raises(InvalidRequest) as caught:
        Params([(evil, "1"), (evil, "2")]).check_all()
    assert "script" not in caught.value.description
    assert "script" not in caught.value.private


def test_values_do_not_show_in_the_representation():
    assert repr(Params([("password", "hunter2"), ("\n", "x")])) == (
        "<Params password, a parameter with an odd name>"
    )


@given(st.lists(st.tuples(TEXT, TEXT), max_size=10, unique_by=lambda pair: pair[0]))
def test_any_text_survives_a_form(pairs):
    decoded = parse_form(urlencode(pairs).encode())
    params = Params(decoded)
    params.check_all()
    for name, value in pairs:
        assert params.get(name) == (value or None)


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(body):
    try:
        Params(parse_form(body)).check_all()
    except InvalidRequest as error:
        assert error.status == 400  # noqa: PT017


@pytest.mark.spec("RFC 6749", "B")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"a=%zz", id="RU-20-bad-escape"),
        pytest.param(b"a=%", id="RU-20-lone-percent"),
        pytest.param(b"a=%4", id="RU-20-half-escape"),
        pytest.param(b"%=1", id="RU-20-bad-name"),
        pytest.param(b"a=%ff", id="RU-20-not-utf8"),
        pytest.param(b"a=%c0%80", id="RU-20-overlong-utf8"),
        pytest.param(b"a=%ed%a0%80", id="RU-20-lone-surrogate"),
        pytest.param(b"a=\xff", id="RU-20-raw-not-utf8"),
        pytest.param(b"a=%u0041", id="RU-20-microsoft-escape"),
    ],
)
def test_malformed_forms_are_refused(body):
    with pytest.raises(InvalidRequest) as caught:
        parse_form(body)
    assert caught.value.check.id == "malformed-parameter"


@pytest.mark.parametrize(
    "body, pairs",
    [
        (b"", []),
        (b"&&", []),
        (b"a", [("a", "")]),
        (b"a=1&b=2", [("a", "1"), ("b", "2")]),
        (b"a=1=2", [("a", "1=2")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a=x+y%2Bz", [("a", "x y+z")]),
        (b"a=%c3%bc", [("a", "ü")]),
        (b"a=\xc3\xbc", [("a", "ü")]),
        (b"a=%253D", [("a", "%3D")]),
    ],
)
def test_forms(body, pairs):
    assert parse_form(body) == pairs


def test_large_forms_are_refused():
    with pytest.raises(InvalidRequest):
        parse_form(b"a=" + b"x" * 65_536)
    with pytest.raises(InvalidRequest):
        parse_form(b"a=1&" * 200)
    assert parse_form(b"a=" + b"x" * 65_536, limit=100_000)
