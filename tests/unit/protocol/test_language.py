"""The language a person reads: wishes in order, shortened until one is ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol.language import choose, language_tag_ok

OURS = ("en", "de", "pt-BR", "zh-Hant")


@pytest.mark.spec("Core", "3.1.2.1")
@pytest.mark.parametrize(
    "ui_locales, accept_language, chosen",
    [
        ((), "", "en"),
        (("de",), "", "de"),
        (("DE",), "", "de"),
        (("de-CH-1996",), "", "de"),
        (("fr", "de"), "", "de"),
        (("fr",), "de", "de"),
        (("de",), "pt-BR", "de"),
        (("pt-br",), "", "pt-BR"),
        (("pt",), "", "en"),
        (("pt-PT",), "", "en"),
        (("zh-Hant-TW",), "", "zh-Hant"),
        (("de-x-twain",), "", "de"),
        (("de_DE",), "", "en"),
        (("",), "", "en"),
        (("../../etc/passwd",), "", "en"),
        (("de\x00",), "", "en"),
    ],
)
def test_lookup(ui_locales, accept_language, chosen):
    assert choose(ui_locales, accept_language, OURS, "en") == chosen


@pytest.mark.spec("RFC 9110", "12.5.4")
@pytest.mark.parametrize(
    "header, chosen",
    [
        ("de", "de"),
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.8, de;q=0.9", "de"),
        ("en;q=0.5,de;q=0.5", "en"),
        ("de;q=0", "en"),
        ("de;q=0.000,pt-BR;q=0.001", "pt-BR"),
        ("fr, *;q=0.5", "en"),
        ("*", "en"),
        ("de ; q=1.0", "de"),
        ("de;q=x", "en"),
        ("de;q=9", "en"),
        (";;;,,,q=1,de", "de"),
        ("\x00,de", "de"),
    ],
)
def test_the_header_of_the_browser(header, chosen):
    assert choose((), header, OURS, "en") == chosen


def test_ten_thousand_wishes_are_cut_short():
    assert choose(["fr"] * 10_000, "fr," * 10_000, OURS, "en") == "en"
    assert choose(["fr"] * 10_000, "de", OURS, "en") == "de"


@given(st.lists(st.text(), max_size=5), st.text())
def test_whatever_is_sent_the_answer_is_one_of_ours(ui_locales, header):
    assert choose(ui_locales, header, OURS, "en") in OURS


@pytest.mark.spec("RFC 5646", "2.1")
@pytest.mark.parametrize(
    "tag", ["en", "ja-Jpan-JP", "x-private", "i-klingon", "de-CH-1996", "zh-yue"]
)
def test_language_tags(tag):
    assert language_tag_ok(tag)


@pytest.mark.parametrize(
    "tag", ["", "-", "en-", "-en", "en_US", "en us", "e" * 9, "ü", "en\n", "1"]
)
def test_not_language_tags(tag):
    assert not language_tag_ok(tag)
