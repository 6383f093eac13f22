"""Any bytes for what reads them: a refusal, or a value that keeps the rules; never another error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.targets import PARSERS, SEEDS

QUICK = settings(max_examples=150, deadline=None)


@st.composite
def damaged(draw, seeds):
    """A good value with some bytes of it replaced, removed or repeated."""
    value = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(value)))
        end = draw(st.integers(start, min(len(value), start + 20)))
        value[start:end] = draw(st.binary(max_size=12)) + bytes(value[start:end]) * draw(
            st.integers(0, 2)
        )
    return bytes(value)


@pytest.mark.parametrize("name", list(PARSERS))
@QUICK
@given(data=st.data())
def test_any_bytes(name, data):
    PARSERS[name](data.draw(st.binary(max_size=400) | damaged(SEEDS[name])))


@given(depth=st.integers(1, 3000))
@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("name", ["claims", "keys", "registration", "request_object"])
def test_deep_json(name, depth):
    PARSERS[name](b'{"a":' * depth + b"1" + b"}" * depth)
    PARSERS[name](b"[" * depth + b"]" * depth)


@pytest.mark.parametrize("name", list(PARSERS))
@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b'"\\ud800"', b"." * 9, b"1e999", b"9" * 5000],
)
def test_what_others_have_stumbled_over(name, data):
    PARSERS[name](data)
