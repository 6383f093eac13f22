"""One spelling for each value, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol import base64url


@given(st.binary(max_size=100))
def test_what_is_encoded_is_decoded(data):
    assert base64url.decode(base64url.encode(data)) == data


@pytest.mark.spec("RFC 7515", "2")
def test_the_alphabet_is_that_of_urls():
    assert base64url.encode(b"\xfb\xff") == "-_8"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("-_8=", id="JO-09-padding"),
        pytest.param("+/8", id="JO-09-standard-alphabet"),
        pytest.param("-_9", id="JO-09-trailing-bits"),
        pytest.param("-_ 8", id="JO-09-space"),
        pytest.param("-_8\n", id="JO-09-newline"),
        pytest.param("-_.8", id="JO-09-dot"),
        pytest.param("A", id="JO-09-one-character"),
        pytest.param("-_é", id="JO-09-not-ascii"),
        pytest.param("-_8\x00", id="JO-09-nul"),
        pytest.param("====", id="JO-09-only-padding"),
    ],
)
def test_other_spellings_are_refused(text):
    with pytest.raises(ValueError):
        base64url.decode(text)
