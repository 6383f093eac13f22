"""``scope`` is a list of words; order is kept, repetition is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol import scope

WORD = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\'), min_size=1
)


@pytest.mark.spec("RFC 6749", "3.3")
@pytest.mark.parametrize(
    "text, values",
    [
        (None, ()),
        ("", ()),
        ("openid", ("openid",)),
        ("openid email profile", ("openid", "email", "profile")),
        ("email openid email", ("email", "openid")),
        (
            "urn:x:y https://a.example/read#1 !#[]~",
            ("urn:x:y", "https://a.example/read#1", "!#[]~"),
        ),
        ("Openid openid", ("Openid", "openid")),
    ],
)
def test_scopes_are_read(text, values):
    assert scope.parse(text) == values


@pytest.mark.spec("RFC 6749", "3.3")
@pytest.mark.parametrize(
    "text",
    [
        " ",
        " openid",
        "openid ",
        "openid  email",
        "a\tb",
        "a\nb",
        'a"b',
        "a\\b",
        "ä",
        "a\x00",
        "a\x7f",
    ],
)
def test_what_breaks_the_grammar_is_refused(text):
    with pytest.raises(ValueError):
        scope.parse(text)


def test_at_most_a_hundred_values():
    words = [f"s{n}" for n in range(100)]
    assert scope.parse(" ".join(words + words)) == tuple(words)
    with pytest.raises(ValueError, match="100"):
        scope.parse(" ".join([*words, "one-more"]))


@given(st.lists(WORD, max_size=20))
def test_what_is_formatted_is_parsed(words):
    assert scope.parse(scope.format(words)) == tuple(dict.fromkeys(words))
