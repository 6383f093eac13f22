"""From what an ini file or a host's dict says to one typed value; ``ValueError`` says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

T = TypeVar("T")

_TRUE = frozenset({"true", "yes", "on", "y", "t", "1"})
_FALSE = frozenset({"false", "no", "off", "n", "f", "0"})
_DURATION = re.compile(r"(\d+)\s*([smhd]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Converter(Generic[T]):
    """A reader of values, and the words that the documentation uses for what it takes."""

    words: str
    read: Callable[[object], T]


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8")
    if not isinstance(value, str):
        raise ValueError(f"text is needed, not {type(value).__name__}")  # noqa: TRY004
    return value.strip()


def _written(value: object) -> str:
    """As it would stand in an ini file: numbers may come as numbers."""
    return _text(value) if isinstance(value, bytes) else str(value).strip()


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = _written(value).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError("true or false is needed")


def _duration(value: object) -> int:
    if isinstance(value, timedelta):
        value = int(value.total_seconds())
    match = _DURATION.fullmatch(_written(value))
    if isinstance(value, bool) or match is None:
        raise ValueError("seconds are needed, or a number with s, m, h or d, such as 90d")
    return int(match[1]) * _SECONDS[match[2]]


def _parts(value: object, separator: str) -> tuple[object, ...]:
    if isinstance(value, (str, bytes)):
        return tuple(part.strip() for part in re.split(separator, _text(value)) if part.strip())
    if isinstance(value, Iterable):
        return tuple(value)
    return (value,)


def _words(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(part) for part in _parts(value, r"[\s,]+")))


def _phrases(value: object) -> tuple[str, ...]:
    phrases = (" ".join(_text(part).split()) for part in _parts(value, r"[\n,]+"))
    return tuple(dict.fromkeys(phrases))


def _names(value: object) -> tuple[object, ...]:
    return _parts(value, r"[\s,]+")


def _name(value: object) -> object:
    return _text(value) if isinstance(value, (str, bytes)) else value


def _pairs(value: object) -> tuple[tuple[str, object], ...]:
    return tuple(_pair(part) for part in _parts(value, r"[\s,]+"))


def _pair(part: object) -> tuple[str, object]:
    kind, plug_in = part if isinstance(part, tuple) else _text(part).partition("=")[::2]
    if not kind or not plug_in:
        raise ValueError("KIND=dotted.name is needed, such as grant_type=acme.oidc.Exchange")
    return kind, plug_in


def _octets(value: object) -> bytes:
    if isinstance(value, str):
        return value.strip().encode("utf-8")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise ValueError(f"text or bytes are needed, not {type(value).__name__}")


def whole(minimum: int = 0, maximum: int | None = None) -> Converter[int]:
    """A whole number between two bounds."""
    words = f"number, {minimum} or more" if maximum is None else f"number, {minimum} to {maximum}"

    def read(value: object) -> int:
        text = _written(value)
        if isinstance(value, bool) or not re.fullmatch(r"\d+", text, re.ASCII):
            raise ValueError(f"a whole number is needed ({words})")
        if int(text) < minimum or (maximum is not None and int(text) > maximum):
            raise ValueError(f"out of range ({words})")
        return int(text)

    return Converter(words, read)


def period(minimum: int = 1) -> Converter[int]:
    """A duration that may not be shorter than ``minimum`` seconds."""

    def read(value: object) -> int:
        seconds = _duration(value)
        if seconds < minimum:
            raise ValueError(f"at least {minimum} s are needed")
        return seconds

    return Converter("duration", read)


def one_of(*choices: str) -> Converter[str]:
    """One word of a closed set."""

    def read(value: object) -> str:
        word = _text(value)
        if word not in choices:
            raise ValueError(f"one of {', '.join(choices)} is needed")
        return word

    return Converter("one of " + ", ".join(f"`{choice}`" for choice in choices), read)


def words_of(*choices: str) -> Converter[tuple[str, ...]]:
    """Words of a closed set."""

    def read(value: object) -> tuple[str, ...]:
        found = _words(value)
        strange = [word for word in found if word not in choices]
        if strange:
            raise ValueError(f"{strange[0]!r} is none of {', '.join(choices)}")
        return found

    return Converter("list of " + ", ".join(f"`{choice}`" for choice in choices), read)


text = Converter("text", _text)
flag = Converter("true or false", _flag)
words = Converter("list of words", _words)
phrases = Converter("list, separated by commas or lines", _phrases)
dotted = Converter("dotted name", _name)
dotteds = Converter("list of dotted names", _names)
pairs = Converter("list of KIND=dotted.name", _pairs)
octets = Converter("secret bytes", _octets)
duration = period(0)
