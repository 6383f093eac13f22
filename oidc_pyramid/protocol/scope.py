"""``scope``: a list of words, in the grammar of RFC 6749 §3.3."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_VALUES = 100

_TOKEN = r"[\x21\x23-\x5b\x5d-\x7e]+"
_SCOPE = re.compile(f"{_TOKEN}(?: {_TOKEN})*")


def parse(text: str | None) -> tuple[str, ...]:
    """The values in the order sent, each once; ``ValueError`` where the grammar is broken."""
    if not text:
        return ()
    if not _SCOPE.fullmatch(text):
        raise ValueError("must be printable ASCII words separated by single spaces")
    values = tuple(dict.fromkeys(text.split(" ")))
    if len(values) > MOST_VALUES:
        raise ValueError(f"must not have more than {MOST_VALUES} values")
    return values


def format(scope: Iterable[str]) -> str:  # noqa: A001 - read as scope.format(values)
    """The text of these values, each once."""
    return " ".join(dict.fromkeys(scope))
