"""One line of the table: how a key is read, its default, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from oidc_pyramid.settings.convert import Converter

PREFIX = "oidc."
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """What is declared about a key; ``default`` is written as an ini file would write it."""

    converter: Converter[Any]
    default: str
    doc: str
    was: str = ""
    secret: bool = False
    required: bool = False
    shown_default: str = ""


def key(
    converter: Converter[T],
    default: str,
    doc: str,
    *,
    was: str = "",
    secret: bool = False,
    required: bool = False,
    shown_default: str = "",
) -> T:
    """Declare a key as a dataclass field; ``was`` is the ancestor's name for it."""
    declared = Key(converter, default, " ".join(doc.split()), was, secret, required, shown_default)
    metadata = {"key": declared}
    if required:
        return cast("T", field(repr=not secret, metadata=metadata))
    value = converter.read(default)
    return field(default=value, repr=not secret, metadata=metadata)
