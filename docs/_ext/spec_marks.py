"""Reads `@pytest.mark.spec(document, section)` out of the tests without importing them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Mark:
    """One clause of a specification and one test (or class, or module) that holds it."""

    document: str
    section: str
    module: str
    test: str


def collect(tests: Path) -> list[Mark]:
    """All marks below a folder of tests, sorted."""
    return sorted({mark for path in tests.rglob("test_*.py") for mark in _in_module(path, tests)})


def section_key(section: str) -> list[tuple[int, int, str]]:
    """Sorts 4.10 after 4.9, and appendices after numbers."""
    parts = section.replace("-", ".").split(".")
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _in_module(path: Path, tests: Path) -> Iterator[Mark]:
    module = path.relative_to(tests).with_suffix("").as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    for owner, node in owned(tree, owner=""):
        if _is_spec(node):
            document, section = _arguments(node, path)
            yield Mark(document, section, module, owner)


def owned(node: ast.AST, owner: str) -> Iterator[tuple[str, ast.AST]]:
    """Each node below with the name of the test that it belongs to; decorators belong to theirs."""
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        inner = f"{owner}.{child.name}".lstrip(".") if named else owner
        yield inner, child
        yield from owned(child, inner)


def _is_spec(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {
        "pytest.mark.spec",
        "mark.spec",
    }


def _arguments(node: ast.Call, path: Path) -> tuple[str, str]:
    values = [ast.literal_eval(argument) for argument in node.args]
    values += [ast.literal_eval(keyword.value) for keyword in node.keywords]
    if len(values) != 2 or not all(isinstance(value, str) for value in values):
        msg = f"{path}:{node.lineno}: spec(document, section) takes two literal strings"
        raise ValueError(msg)
    return values[0], values[1]
