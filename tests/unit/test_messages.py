"""The message catalogue and its translations."""

import gettext
import re
from pathlib import Path

import pytest
from chameleon import PageTemplateFile

from tests.unit.page_samples import SAMPLES, page

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "oidc_pyramid" / "locale"
TRANSLATIONS = sorted(LOCALE.glob("*/LC_MESSAGES/oidc_pyramid.mo"))
ENTRY = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\n)+)', re.MULTILINE)
HOLE = re.compile(r"\$\{(\w+)\}")
each_translation = pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.parts[-3])


def msgids():
    text = (LOCALE / "oidc_pyramid.pot").read_text(encoding="utf-8")
    quoted = ["".join(re.findall(r'"(.*)"', entry)) for entry in ENTRY.findall(text)]
    return {message.replace('\\"', '"').replace("\\\\", "\\") for message in quoted} - {""}


def translations(path):
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def test_german_is_there():
    assert [path.parts[-3] for path in TRANSLATIONS] == ["de"]


def test_the_catalogue_holds_all_that_the_pages_say():
    said = set()

    def translate(
        msgid, domain=None, mapping=None, context=None, target_language=None, default=None
    ):
        if domain == "oidc_pyramid" and default is not None:
            said.add(default)
        return msgid

    folder = ROOT / "templates"
    layout = PageTemplateFile(str(folder / "layout.pt"), translate=translate)
    parts = PageTemplateFile(str(folder / "parts.pt"), translate=translate)
    for template, values in SAMPLES.values():
        path = folder / f"{template}.pt"
        PageTemplateFile(str(path), translate=translate).render(
            layout=layout, parts=parts, page=page(), **values
        )
    assert len(said) > 60
    assert said <= msgids()


@each_translation
def test_a_translation_is_complete(path):
    assert msgids() - set(translations(path)._catalog) == set()


@each_translation
def test_a_translation_fills_the_same_holes_and_brings_no_markup(path):
    for msgid, text in translations(path)._catalog.items():
        if msgid:
            assert sorted(HOLE.findall(text)) == sorted(HOLE.findall(msgid))
            assert not re.search(r"[<>]", text)


@each_translation
def test_the_compiled_translation_is_the_readable_one(path):
    text = path.with_suffix(".po").read_text(encoding="utf-8")
    assert "fuzzy" not in text
    assert len(ENTRY.findall(text)) == len(translations(path)._catalog)
