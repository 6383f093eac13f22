"""JSON that two readers read alike, or not at all."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol import strict_json

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
)


@given(
    st.recursive(
        SCALARS,
        lambda c: (
            st.lists(c, max_size=3)
            | st.dictionaries(st.text(max_size=5).filter(lambda t: t.isascii()), c, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_ordinary_json_is_read(value):
    text = json.dumps(value)
    try:
        assert strict_json.loads(text) == value
        assert strict_json.loads(text.encode()) == value
    except ValueError as error:
        assert "nested" in str(error)  # noqa: PT017


@pytest.mark.spec("RFC 8725", "2.6")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"alg":"none","alg":"RS256"}', id="JO-08-duplicate"),
        pytest.param(b'{"a":{"b":1,"b":2}}', id="JO-08-duplicate-inside"),
        pytest.param('{"a":1}'.encode("utf-16"), id="JO-08-utf-16"),
        pytest.param('{"a":1}'.encode("utf-32-le"), id="JO-08-utf-32"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', id="JO-08-bom"),
        pytest.param(b'{"a":"\x00"}', id="JO-08-control-character"),
        pytest.param(b'{"a":"\n"}', id="JO-08-newline"),
        pytest.param(b'{"a":"\xff"}', id="JO-08-not-utf8"),
        pytest.param(b'{"a":"\\ud800"}', id="JO-08-lone-surrogate"),
        pytest.param(b'{"\\udc00":1}', id="JO-08-lone-surrogate-name"),
        pytest.param(b'{"a":NaN}', id="JO-08-nan"),
        pytest.param(b'{"a":Infinity}', id="JO-08-infinity"),
        pytest.param(b'{"a":-Infinity}', id="JO-08-minus-infinity"),
        pytest.param(b'{"a":1e999}', id="JO-08-overflow"),
        pytest.param(b'{"a":' + b"9" * 6000 + b"}", id="JO-08-6000-digits"),
        pytest.param(b'{"a":0.' + b"1" * 100 + b"}", id="JO-08-100-decimals"),
        pytest.param(b"[" * 100_000, id="JO-08-deep-open"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="JO-08-deep"),
        pytest.param(b'{"a":' * 11 + b"1" + b"}" * 11, id="JO-08-11-deep"),
        pytest.param(b'"' + b'\\"' * 8000 + b"[" * 20, id="JO-08-unterminated"),
        pytest.param(b"{'a':1}", id="single-quotes"),
        pytest.param(b'{"a":1,}', id="trailing-comma"),
        pytest.param(b'{"a":1} x', id="something-behind"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_ambiguous_json_is_refused(data):
    with pytest.raises(ValueError):
        strict_json.loads(data)


def test_depth_and_width_are_different_things():
    wide = json.dumps([{}] * 50)
    assert strict_json.loads(wide) == [{}] * 50
    ten = '{"a":' * 10 + "1" + "}" * 10
    assert strict_json.loads(ten)
    brackets = json.dumps({"a": '[[[[[[[[[[[[{{{{\\"[['})
    assert strict_json.loads(brackets)


def test_numbers_may_have_a_fraction():
    assert strict_json.loads(b'{"exp":1.5e3}') == {"exp": 1500.0}


def test_a_pair_of_surrogates_is_one_character():
    assert strict_json.loads(b'"\\ud83d\\ude00"') == "\U0001f600"


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(ValueError):
        strict_json.loads(data)
