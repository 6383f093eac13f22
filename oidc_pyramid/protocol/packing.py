"""Values inside seals: a frozen dataclass as a short JSON list, in the order of its fields."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any


def values(packed: Any) -> list[Any]:
    """As they are; ``dataclasses.astuple`` would copy each of them deeply."""
    return [getattr(packed, field.name) for field in fields(packed)]


def to_json(values: list[Any]) -> str:
    """Without spaces, and in UTF-8 where it is not ASCII."""
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)


def pack(value: Any) -> bytes:
    """The whole dataclass; tuples become lists."""
    return to_json(values(value)).encode()
