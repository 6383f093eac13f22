"""What commands print: tables for people, JSON for machines, notes beside both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """``--json``: the command prints one JSON document and nothing else."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
    return option(command)


def print_json(document: object) -> None:
    """One document, in readable form."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_table(rows: Iterable[Mapping[str, object]], columns: Sequence[str], empty: str) -> None:
    """Aligned columns under their names; *empty* is said when there is nothing."""
    lines = [[cell(row.get(column)) for column in columns] for row in rows]
    if not lines:
        click.echo(empty)
        return
    heads = [column.replace("_", " ").upper() for column in columns]
    widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
    for line in (heads, *lines):
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def print_facts(facts: Mapping[str, object]) -> None:
    """Name and value, a line each; what is not set is left out."""
    shown = {name: cell(value) for name, value in facts.items() if value not in ("", None, [], {})}
    width = max(map(len, shown), default=0)
    for name, text in shown.items():
        click.echo(f"{name.ljust(width)}  {text}")


def cell(value: object) -> str:
    """A value as a person reads it, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell, value))
    text = " / ".join(str(value).splitlines())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def moment(seconds: int | None) -> str:
    """A time in UTC, or nothing."""
    if not seconds:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def say(sentence: str) -> None:
    """What was done."""
    click.echo(sentence)


def note(sentence: str) -> None:
    """Said beside the result, on standard error, so that JSON stays JSON."""
    click.echo(sentence, err=True)
