"""Values inside seals: a frozen dataclass as a short JSON list, in the order of its fields."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import lru_cache
from typing import Any


@lru_cache
def names(kind: type) -> tuple[str, ...]:
    """Of a dataclass's fields, in their order."""
    return tuple(field.name for field in fields(kind))


def values(packed: Any) -> list[Any]:
    """As they are; ``dataclasses.astuple`` would copy each of them deeply."""
    return [getattr(packed, name) for name in names(packed.__class__)]


def named(packed: Any) -> dict[str, Any]:
    """As they are, by their names; ``dataclasses.asdict`` would copy, too."""
    return {name: getattr(packed, name) for name in names(packed.__class__)}


def to_json(values: list[Any]) -> str:
    """Without spaces, and in UTF-8 where it is not ASCII."""
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)


def pack(value: Any) -> bytes:
    """The whole dataclass; tuples become lists."""
    return to_json(values(value)).encode()
