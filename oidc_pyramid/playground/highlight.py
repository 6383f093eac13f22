"""JSON in colours, without a script: pieces with a class each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple


class Piece(NamedTuple):
    """Some text, and what it is."""

    kind: str
    text: str


def pieces(value: Any, depth: int = 0) -> Iterator[Piece]:
    """An indented rendering."""
    if isinstance(value, dict) and value:
        yield from _block("{}", [(key, item) for key, item in value.items()], depth)
    elif isinstance(value, list) and value:
        yield from _block("[]", [(None, item) for item in value], depth)
    elif isinstance(value, str):
        yield Piece("string", _text(value))
    elif value is None or isinstance(value, bool):
        yield Piece("word", _text(value))
    else:
        yield Piece("number", _text(value))


def _block(marks: str, items: list[tuple[str | None, Any]], depth: int) -> Iterator[Piece]:
    yield Piece("mark", marks[0])
    for number, (key, item) in enumerate(items):
        yield Piece("mark", (",\n" if number else "\n") + "  " * (depth + 1))
        if key is not None:
            yield Piece("key", _text(key))
            yield Piece("mark", ": ")
        yield from pieces(item, depth + 1)
    yield Piece("mark", "\n" + "  " * depth + marks[1])


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
