"""Which of our languages a person reads: lookup by language tag (BCP 47, RFC 4647 §3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

MOST_RANGES = 50
LONGEST_HEADER = 2048

_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_RANGE = re.compile(r"\s*([A-Za-z0-9*-]+)\s*(?:;\s*[qQ]\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")


def language_tag_ok(tag: str) -> bool:
    """Does it look like a language tag (RFC 5646 §2.1)? Whether the language exists is not asked."""
    return _TAG.fullmatch(tag) is not None


def choose(
    ui_locales: Sequence[str], accept_language: str, available: Sequence[str], default: str
) -> str:
    """The first wish that we can fulfil: of the request, then of the browser, then ours.

    ``ui_locales`` (Core §3.1.2.1) comes before ``Accept-Language`` (RFC 9110 §12.5.4).
    """
    ours = {tag.lower(): tag for tag in available}
    for wish in _wishes(ui_locales, accept_language):
        for tag in _ever_shorter(wish):
            if tag in ours:
                return ours[tag]
    return default


def _wishes(ui_locales: Iterable[str], accept_language: str) -> Iterator[str]:
    for tag in islice(ui_locales, MOST_RANGES):
        if language_tag_ok(tag):
            yield tag.lower()
    yield from _accepted(accept_language[:LONGEST_HEADER])


def _accepted(header: str) -> list[str]:
    """The ranges of the header, most wanted first; what can't be read is passed over."""
    ranges: list[tuple[float, str]] = []
    for part in header.split(",", MOST_RANGES)[:MOST_RANGES]:
        match = _RANGE.fullmatch(part)
        if match and language_tag_ok(match[1]):
            quality = min(float(match[2] or 1), 1.0)
            if quality > 0:
                ranges.append((-quality, match[1].lower()))
    return [tag for _, tag in sorted(ranges, key=lambda one: one[0])]


def _ever_shorter(tag: str) -> Iterator[str]:
    """``zh-hant-cn`` then ``zh-hant`` then ``zh``; never ending in a single letter."""
    subtags = tag.split("-")
    while subtags:
        yield "-".join(subtags)
        subtags.pop()
        while subtags and len(subtags[-1]) == 1:
            subtags.pop()
