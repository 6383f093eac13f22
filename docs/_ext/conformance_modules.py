"""The directive `conformance-modules`: which test stands for which module of the suite.

It reads the marks `@pytest.mark.conformance(module, ...)`, whose names are literal strings.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from spec_marks import owned
from sphinx.application import Sphinx

TESTS = Path(__file__).parents[2] / "tests"


@dataclass(frozen=True, order=True)
class ModuleMark:
    """One module of the suite and one test that stands for it."""

    module: str
    file: str
    test: str


def collect_modules(tests: Path) -> list[ModuleMark]:
    """All marks below a folder of tests, sorted; a mark on a file counts for each test in it."""
    return sorted({mark for path in tests.rglob("test_*.py") for mark in _in_file(path, tests)})


def _in_file(path: Path, tests: Path) -> Iterator[ModuleMark]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    file = path.relative_to(tests).with_suffix("").as_posix()
    functions = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    in_file = [name for name in functions if name.startswith("test_")]
    for owner, node in owned(tree, owner=""):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.conformance":
            for argument in node.args:
                for test in [owner] if owner else in_file:
                    yield ModuleMark(ast.literal_eval(argument), file, test)


class ConformanceModules(Directive):
    """A table: module, tests."""

    def run(self) -> list[nodes.Node]:
        """Build the table from the marks in the tests."""
        body = nodes.tbody()
        for module, marks in groupby(collect_modules(TESTS), attrgetter("module")):
            body += _row(nodes.paragraph("", "", nodes.literal(text=module)), _tests(marks))
        layout = nodes.tgroup(cols=2)
        layout += [nodes.colspec(colwidth=45), nodes.colspec(colwidth=55)]
        head = (nodes.paragraph(text="Module"), nodes.paragraph(text="Tests"))
        layout += nodes.thead("", _row(*head))
        layout += body
        table = nodes.table(classes=["conformance"])
        table += layout
        return [table]


def _row(*cells: nodes.Node) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def _tests(marks: Iterator[ModuleMark]) -> nodes.bullet_list:
    return nodes.bullet_list("", *(_test(mark) for mark in marks))


def _test(mark: ModuleMark) -> nodes.list_item:
    sentence = mark.test.removeprefix("test_").replace("_", " ")
    place = nodes.literal(text=mark.file.removeprefix("functional/"))
    return nodes.list_item("", nodes.paragraph("", f"{sentence}: ", place))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("conformance-modules", ConformanceModules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
