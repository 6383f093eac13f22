"""``oidc-pyramid settings``: what is in force, and where it comes from."""

from __future__ import annotations

from typing import Any

import click

from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.output import json_option, print_json, print_table
from oidc_pyramid.settings import KEYS


@click.command()
@click.option("--changed", is_flag=True, help="Only what the ini file sets.")
@json_option
@click.pass_obj
def settings(deployment: Deployment, *, changed: bool, as_json: bool) -> None:
    """Show each setting, its value and where that comes from."""
    rows = [row for row in in_force(deployment) if row["source"] != "default" or not changed]
    if as_json:
        print_json({row["key"]: {"value": row["value"], "source": row["source"]} for row in rows})
    else:
        print_table(rows, ("key", "value", "source"), "The ini file sets nothing.")


def in_force(deployment: Deployment) -> list[dict[str, Any]]:
    """Key, value and source; secrets are named, never shown."""
    values, written = deployment.settings, deployment.mapping
    return [
        {
            "key": key,
            "value": "(secret)" if declared.secret else _plain(getattr(values, key[5:])),
            "source": _source(written.get(key)) if key in written else "default",
        }
        for key, declared in KEYS.items()
    ]


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, (str, int)) else str(value)


def _source(written: object) -> str:
    text = str(written).strip()
    return text if text.startswith(("env:", "file:")) else "ini file"
