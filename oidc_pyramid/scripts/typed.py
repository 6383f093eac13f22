"""Secrets that a person types or a program pipes in: never an argument, never in a history."""

from __future__ import annotations

import sys

import click

LONGEST = 65_536


def from_stdin(what: str) -> str:
    """The first line of standard input."""
    if sys.stdin.isatty():
        click.echo(f"{what}, then Enter (it is shown as you type): ", nl=False, err=True)
    line = sys.stdin.readline(LONGEST + 2).rstrip("\r\n")
    if not line:
        raise click.UsageError(f"no {what} came on standard input")
    return line


def new_password(*, stdin: bool) -> str:
    """From standard input, or asked for twice without showing it."""
    if stdin:
        return from_stdin("password")
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask for the password: use --password-stdin")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
