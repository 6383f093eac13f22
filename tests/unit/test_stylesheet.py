"""The stylesheet: contrast, both colour schemes, both directions of writing."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "templates" / "static"
CSS = re.sub(r"/\*.*?\*/", "", (STATIC / "oidc.css").read_text(encoding="utf-8"), flags=re.DOTALL)

TEXT = 4.5  # WCAG 2.2, 1.4.3
SHAPE = 3.0  # WCAG 2.2, 1.4.11
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-soft") for ground in ("paper", "card", "inset")),
    *((ink, ground, TEXT) for ink in ("accent", "danger") for ground in ("card", "inset")),
    *((kind, f"{kind}-soft", TEXT) for kind in ("danger", "success", "warning")),
    ("ink", "accent-soft", TEXT),
    ("ink-soft", "accent-soft", TEXT),
    ("accent", "accent-soft", TEXT),
    ("accent-strong", "accent-soft", TEXT),
    ("accent-strong", "card", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("line-strong", "card", SHAPE),
    ("accent", "paper", SHAPE),
    ("success", "card", SHAPE),
]


def colours(selector):
    block = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))


LIGHT = colours(":root")
DARK = colours(':root[data-color-scheme="dark"]')


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink, ground, least", PAIRS)
def test_contrast(scheme, ink, ground, least):
    assert contrast(scheme[ink], scheme[ground]) >= least


def test_dark_by_preference_is_dark_by_choice():
    assert colours(':root:not([data-color-scheme="light"])') == DARK
    assert set(DARK) == set(LIGHT)


def test_pages_can_be_written_from_right_to_left():
    assert not re.search(r"(margin|padding|border|inset)-(left|right)|\b(left|right)\s*:", CSS)
    assert not re.search(r"text-align:\s*(left|right)", CSS)


def test_nothing_is_loaded_from_elsewhere():
    assert "@import" not in CSS
    files = re.findall(r'url\("([^"]+)"\)', CSS)
    assert CSS.count("url(") == len(files)
    assert [name for name in files if not (STATIC / name).is_file()] == []


def test_each_icon_has_a_class():
    icons = {path.stem for path in (STATIC / "icons").glob("*.svg")}
    assert icons == set(re.findall(r"icons/([\w-]+)\.svg", CSS))


def test_motion_and_focus():
    assert "prefers-reduced-motion: reduce" in CSS
    assert "outline: none" not in CSS
    assert "outline: 0" not in CSS
