"""The report of a run: JSON for machines, Markdown for people."""

from __future__ import annotations

import json
import os
import platform
import time
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def machine() -> dict[str, object]:
    """Where it ran."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def write(rows: list[Row], folder: Path, scale: str) -> None:
    """``soak.json`` and ``soak.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine(), "scale": scale, "rows": rows}
    (folder / "soak.json").write_text(json.dumps(document, indent=1) + "\n")
    (folder / "soak.md").write_text(markdown(rows, scale))


def markdown(rows: list[Row], scale: str) -> str:
    """A table, and what was broken below it."""
    where = ", ".join(f"{value}" for value in machine().values())
    lines = [
        f"# Soak ({scale}): {where}",
        "",
        "| scenario | storage | seconds | result | figures |",
    ]
    lines.append("|---|---|--:|---|---|")
    for row in rows:
        result = "broken" if row["broken"] else "holds"
        figures = "; ".join(f"{name}: {_shown(value)}" for name, value in row["figures"].items())
        cells = (row["title"], row["storage"], f"{row['seconds']:.0f}", result, figures)
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    for row in rows:
        if row["broken"]:
            lines += ["", f"## {row['title']}, {row['storage']}", ""]
            lines += [f"- {sentence[:300]}" for sentence in row["broken"][:20]]
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
