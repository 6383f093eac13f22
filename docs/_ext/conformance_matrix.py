"""The directive `conformance-matrix`: which clause of which specification is held by which test."""

import re
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from spec_marks import Mark, collect, section_key
from sphinx.application import Sphinx

TESTS = Path(__file__).parents[2] / "tests"
RFC = re.compile(r"RFC (\d+)$")


class ConformanceMatrix(Directive):
    """A section per document, in it a table: clause, tests."""

    def run(self) -> list[nodes.Node]:
        """Build the tables from the marks in the tests."""
        marks = collect(TESTS)
        return [
            self._document(document, list(group))
            for document, group in groupby(marks, attrgetter("document"))
        ]

    def _document(self, document: str, marks: list[Mark]) -> nodes.section:
        identifier = nodes.make_id(f"conformance-{document}")
        section = nodes.section(ids=[identifier], names=[identifier])
        section += nodes.title(text=document)
        section += _table(document, marks)
        return section


def _table(document: str, marks: list[Mark]) -> nodes.table:
    body = nodes.tbody()
    by_section = sorted(marks, key=lambda mark: section_key(mark.section))
    for section, group in groupby(by_section, attrgetter("section")):
        body += _row(_clause(document, section), _tests(list(group)))
    layout = nodes.tgroup(cols=2)
    layout += [nodes.colspec(colwidth=15), nodes.colspec(colwidth=85)]
    layout += nodes.thead("", _row(nodes.paragraph(text="Clause"), nodes.paragraph(text="Tests")))
    layout += body
    table = nodes.table(classes=["conformance"])
    table += layout
    return table


def _row(*cells: nodes.Node) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def _clause(document: str, section: str) -> nodes.paragraph:
    found = RFC.match(document)
    if not found:
        return nodes.paragraph(text=f"§{section}")
    address = f"https://www.rfc-editor.org/rfc/rfc{found[1]}#section-{section}"
    return nodes.paragraph("", "", nodes.reference(text=f"§{section}", refuri=address))


def _tests(marks: list[Mark]) -> nodes.bullet_list:
    return nodes.bullet_list("", *(_test(mark) for mark in marks))


def _test(mark: Mark) -> nodes.list_item:
    sentence = mark.test.rpartition(".")[2].removeprefix("test_").replace("_", " ").strip()
    place = nodes.literal(text=mark.module)
    text = f"{sentence or 'all of it'}: "
    return nodes.list_item("", nodes.paragraph("", text, place))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("conformance-matrix", ConformanceMatrix)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
