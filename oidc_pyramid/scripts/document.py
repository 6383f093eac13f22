"""The command-line reference of the documentation, made from the commands.

``python -m oidc_pyramid.scripts.document > docs/reference/command-line.md``
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from oidc_pyramid.scripts import main

INTRODUCTION = """\
# Command line

`oidc-pyramid [-c INI] COMMAND` looks after a provider. The ini file is the one that the server
runs with; without `-c` it is the one that `$OIDC_PYRAMID_INI` names, else `development.ini` in the
current directory. With the default storage, RelStorage on SQLite, commands work while the server
runs. With FileStorage, which one process at a time may open, they say so and ask you to stop it.

- `--json` prints one JSON document on standard output, with times in seconds and the names of
  RFC 7591; without it people get tables and sentences.
- A failure is one sentence on standard error. The exit code is 1, or 2 where the command itself
  was misspelt. `oidc-pyramid --traceback COMMAND` shows where an unforeseen error came from.
- Passwords and secrets are never arguments, because arguments end up in the shell's history and
  in the list of processes: they are asked for, or come on standard input with `--password-stdin`
  and `--secret-stdin`. The secret of a client is shown once, when it is made.

```console
$ oidc-pyramid -c production.ini init
$ oidc-pyramid -c production.ini user add alice --email alice@example.com --email-verified
$ oidc-pyramid -c production.ini client add --name Shop --redirect-uri https://shop.example/cb
$ oidc-pyramid -c production.ini client show c-0df95f48... --json > shop.json
$ oidc-pyramid -c production.ini client add --from-json shop.json
$ oidc-pyramid -c production.ini keys rotate
```

In a shell with the application loaded (`pshell production.ini`), `provider`, `users` and `clients`
are at hand, and `commit()` keeps what was changed.
"""


def reference() -> str:
    """The whole page."""
    with click.Context(main, info_name="oidc-pyramid") as context:
        return INTRODUCTION + "".join(_commands(context, level=2))


def _commands(context: click.Context, level: int) -> Iterator[str]:
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        with click.Context(command, info_name=name, parent=context) as inner:
            yield f"\n{'#' * level} `{inner.command_path}`\n\n"
            yield from _body(command, inner)
            yield from _commands(inner, level + 1)


def _body(command: click.Command, context: click.Context) -> Iterator[str]:
    yield " ".join((command.help or "").split()) + "\n"
    if isinstance(command, click.Group):
        return
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"\n```console\n$ {context.command_path} {usage}\n```\n"
    options = [option for option in command.params if isinstance(option, click.Option)]
    records = [option.get_help_record(context) for option in options]
    if records:
        yield "\n"
    for written, summary in filter(None, records):
        yield f"- `{written}`: {summary}\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
