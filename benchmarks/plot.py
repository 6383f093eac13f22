"""The processor time per operation as a picture (SVG), on light and on dark pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pygal
from pygal.style import Style

GREY = "#7d7d7d"
COLOURS = ("#2a7de1", "#69a7f0", "#3d9970", "#d98324", "#b04a9c", "#8a8a8a")
SHOWN = ("SQLite, granian, 1 thread, RS256", "FileStorage, granian, 1 thread, RS256")
CONCURRENCY = 8
COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/", re.DOTALL)

LOOK = Style(
    background="transparent",
    plot_background="transparent",
    foreground=GREY,
    foreground_strong=GREY,
    foreground_subtle=GREY,
    opacity="1",
    opacity_hover="1",
    colors=COLOURS,
    font_family="sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=13,
    title_font_size=15,
    value_font_size=10,
    value_colors=(GREY,) * len(COLOURS),
)


def draw(results: dict[str, Any], path: Path) -> None:
    """Bars on a logarithmic scale: less is better."""
    series = _shown(results["contestants"])
    cells = {
        (cell["contestant"], cell["workload"]): cell["server_cpu"]
        for cell in results["cells"]
        if cell["concurrency"] == CONCURRENCY
    }
    names = list(dict.fromkeys(name for label, name in cells if label in series))
    chart = pygal.HorizontalBar(
        style=LOOK,
        logarithmic=True,
        js=(),
        title=f"Server CPU per operation, milliseconds, {CONCURRENCY} clients (less is better)",
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        print_values=True,
        width=900,
        height=720,
        margin=12,
        spacing=12,
        print_values_position="top",
        show_x_guides=False,
        show_y_guides=False,
        range=(0.1, 1000),
        zero=0.1,
        y_labels=(0.1, 1, 10, 100, 1000),
        pretty_print=True,
        no_prefix=True,
        value_formatter=_figure,
    )
    chart.x_labels = names[::-1]
    for label in series:
        chart.add(label, [cells.get((label, name)) for name in names[::-1]])
    path.write_text(COMMENT.sub("", chart.render().decode()))


def _shown(contestants: dict[str, dict[str, Any]]) -> list[str]:
    """Ours as it is usually compared, or as far as it took part in this run; and the peers."""
    kinds = {label: facts["kind"] for label, facts in contestants.items()}
    ours = [label for label, kind in kinds.items() if kind == "ours"]
    usual = [label for label in SHOWN if label in ours]
    return (usual or ours[: len(SHOWN)]) + [name for name, kind in kinds.items() if kind == "peer"]


def _figure(value: float) -> str:
    """Two digits, clear of the end of the bar."""
    digits = f"{value:.2g}" if value < 10 else f"{value:.0f}"
    return f"\N{EM SPACE}\N{EM SPACE}{digits}"
