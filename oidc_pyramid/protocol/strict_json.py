"""JSON that means one thing: UTF-8, no repeated member, no NaN, not deep (RFC 8725 §2.6, §3.7)."""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

DEEPEST = 10

_LONGEST_NUMBER = 64
_STRINGS_AND_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89A-Fa-f]")


def loads(data: bytes | str, *, deepest: int = DEEPEST) -> object:
    """The value, or ``ValueError`` for anything that two readers could read differently."""
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    if text.count("[") + text.count("{") > deepest:
        _check_depth(text, deepest)
    value: object = json.loads(
        text,
        object_pairs_hook=_members,
        parse_constant=_refuse_constant,
        parse_float=_float,
        parse_int=_int,
    )
    if _SURROGATE_ESCAPE.search(text):
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _check_depth(text: str, deepest: int) -> None:
    depth = 0
    for match in _STRINGS_AND_BRACKETS.finditer(text):
        found = match[0]
        if found in "[{":
            depth += 1
            if depth > deepest:
                raise ValueError(f"JSON is nested more than {deepest} deep")
        elif found in "]}":
            depth -= 1


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member of a JSON object is repeated")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _float(digits: str) -> float:
    number = float(digits)
    if len(digits) > _LONGEST_NUMBER or not math.isfinite(number):
        raise ValueError("a JSON number is out of range")
    return number


def _int(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a JSON number is out of range")
    return int(digits)
