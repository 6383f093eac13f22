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


class Report:
    """``soak.json`` and ``soak.md``, written anew after each row; *keep* begins with what is there,
    so that the parts of a run may be run one by one."""

    def __init__(self, folder: Path, scale: str, *, keep: bool = False) -> None:
        self._folder, self._scale = folder, scale
        self._json = folder / "soak.json"
        self.rows: list[Row] = self._before() if keep and self._json.exists() else []

    def _before(self) -> list[Row]:
        """Of the same scale."""
        document = json.loads(self._json.read_text())
        rows: list[Row] = document["rows"] if document["scale"] == self._scale else []
        return rows

    def holds(self, scenario: str, storage: str) -> bool:
        """Whether it was run, and nothing was broken."""
        return any(_is(row, scenario, storage) and not row["broken"] for row in self.rows)

    def add(self, row: Row) -> None:
        """In the place of what was said of the same scenario and storage."""
        same = (row["scenario"], row["storage"])
        for number, known in enumerate(self.rows):
            if _is(known, *same):
                self.rows[number] = row
                break
        else:
            self.rows.append(row)
        self._folder.mkdir(parents=True, exist_ok=True)
        document = {"machine": machine(), "scale": self._scale, "rows": self.rows}
        self._json.write_text(json.dumps(document, indent=1) + "\n")
        (self._folder / "soak.md").write_text(markdown(self.rows, self._scale))


def _is(row: Row, scenario: str, storage: str) -> bool:
    return (row["scenario"], row["storage"]) == (scenario, storage)


def markdown(rows: list[Row], scale: str) -> str:
    """A table, and what was broken below it."""
    where = ", ".join(f"{name} {value}" for name, value in machine().items())
    lines = [
        f"# Soak ({scale}): {where}",
        "",
        "| scenario | storage | began | seconds | result | figures |",
        "|---|---|---|--:|---|---|",
    ]
    for row in rows:
        result = "broken" if row["broken"] else "holds"
        figures = "; ".join(
            f"{name}: {shown(value)}" for name, value in row["figures"].items() if name != "log"
        )
        began, seconds = row.get("began", ""), f"{row['seconds']:.0f}"
        cells = (row["title"], row["storage"], began, seconds, result, figures)
        lines.append("| " + " | ".join(cells) + " |")
    for row in rows:
        if row["broken"]:
            lines += ["", f"## {row['title']}, {row['storage']}", ""]
            lines += [f"- {sentence[:300]}" for sentence in row["broken"][:20]]
    return "\n".join(lines) + "\n"


def shown(value: object) -> str:
    """A figure, in a cell of a table."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
