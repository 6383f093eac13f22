"""The ``oidc-pyramid`` command: a module per subcommand, loaded when it is called."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import click

from oidc_pyramid.scripts.deployment import INI_VARIABLE, Deployment, chosen_ini
from oidc_pyramid.scripts.failures import Commands

COMMANDS = (
    "init",
    "user",
    "client",
    "keys",
    "import-django",
    "registration-token",
    "purge",
    "pack",
    "backup",
    "restore",
    "verify",
    "move",
    "epoch",
    "secret",
    "doctor",
    "settings",
)


class Modules(Commands):
    """Finds the subcommand NAME as ``NAME`` in the module ``NAME``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), module)
        return command


def _version() -> str:
    try:
        return version("oidc_pyramid")
    except PackageNotFoundError:
        return "not installed"


@click.group(cls=Modules, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="oidc-pyramid")
@click.option(
    "-c",
    "--config",
    "ini",
    metavar="INI",
    help=f"The ini file. Default: ${INI_VARIABLE}, else development.ini in this directory.",
)
@click.option("--traceback", is_flag=True, help="Show where an error came from.")
@click.pass_context
def main(ctx: click.Context, ini: str | None, *, traceback: bool) -> None:
    """Look after an OpenID Provider: its people, clients, keys and database."""
    ctx.obj = Deployment(chosen_ini(ini))
