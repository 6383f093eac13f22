"""Extracts the messages, merges them into each translation, and compiles those.

`make messages`, or `make messages ARGS=fr` to begin a translation. The result depends on nothing
but the sources (no dates, no line numbers), so running it twice changes nothing.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
DOMAIN = "oidc_pyramid"
LOCALE = ROOT / "oidc_pyramid" / "locale"
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
# what would differ from day to day and from one version of the tools to the next
DATES = re.compile(
    rb'^(?:"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Generated-By):[^"]*"'
    rb"|# FIRST AUTHOR.*|# Copyright .*ORGANIZATION)\n",
    re.MULTILINE,
)


# where errors keep the sentence that a page may show: the argument's place. protocol/ marks no
# texts, because it knows nothing of translations; what is a sentence ends with a full stop.
SENTENCE_OF = {"Check": 2, "PageError": 0}


def sentences(path: Path) -> Iterator[str]:
    """The sentences for people in the errors of one module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        place = SENTENCE_OF.get(node.func.id, len(node.args))
        for argument in node.args[place : place + 1]:
            if isinstance(argument, ast.Constant) and str(argument.value).endswith("."):
                yield str(argument.value)


def extract() -> None:
    """Writes the template from the pages and the Python sources."""
    LOCALE.mkdir(exist_ok=True)
    command = [Path(sys.executable).parent / "pot-create", "-d", DOMAIN, "-o", TEMPLATE]
    options = ["--no-linenumbers", "--sort-output", "--package-name", DOMAIN]
    subprocess.run([*command, *options, "templates", "oidc_pyramid"], cwd=ROOT, check=True)
    found = catalog(TEMPLATE)
    for path in sorted((ROOT / DOMAIN).rglob("*.py")):
        for sentence in sentences(path):
            found.add(sentence, locations=[(f"./{path.relative_to(ROOT).as_posix()}", None)])
    with TEMPLATE.open("wb") as file:
        write_po(file, found, width=100, sort_output=True)
    TEMPLATE.write_bytes(DATES.sub(b"", TEMPLATE.read_bytes()))


def catalog(path: Path, **options: str) -> Catalog:
    """A catalogue from its file."""
    with path.open("rb") as file:
        return read_po(file, **options)


def merge(path: Path, language: str) -> int:
    """Brings one translation up to date; answers how many messages still lack a text."""
    found = catalog(path, locale=language, domain=DOMAIN)
    found.update(catalog(TEMPLATE))
    with path.open("wb") as file:
        write_po(file, found, width=100, sort_output=True, ignore_obsolete=True)
    path.write_bytes(DATES.sub(b"", path.read_bytes()))
    with path.with_suffix(".mo").open("wb") as file:
        found.creation_date = found.revision_date = EPOCH
        write_mo(file, found)
    return sum(1 for message in found if message.id and (message.fuzzy or not message.string))


EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def main(begun: list[str]) -> None:
    """All of it, and a line for each language."""
    extract()
    for language in begun:
        folder = LOCALE / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{DOMAIN}.po").open("xb") as file:
            write_po(file, Catalog(locale=language, domain=DOMAIN))
    for path in sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        language = path.parts[-3]
        print(f"{language}: {merge(path, language)} messages without a translation")


if __name__ == "__main__":
    main(sys.argv[1:])
