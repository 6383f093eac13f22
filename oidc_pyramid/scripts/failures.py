"""Every failure of a command is one sentence on standard error, never a traceback."""

from __future__ import annotations

from typing import Any

import click
from pyramid.exceptions import ConfigurationError
from ZODB.POSException import ConflictError, POSError

from oidc_pyramid.models.evolve import NewerDatabase
from oidc_pyramid.protocol.errors import ProtocolError


class Failure(click.ClickException):
    """Something that the person at the terminal can read and act on; the exit code is 1."""


def sentence(error: Exception) -> str:
    """What is said about an error that a command let through."""
    match error:
        case ProtocolError():
            return f"{error.error}: {error.check.public}"
        case ConfigurationError() | NewerDatabase():
            return str(error)
        case ConflictError():
            return "others kept changing the same records: try again"
        case POSError():
            return f"the database failed: {error}"
        case OSError() if error.filename:
            return f"{error.filename}: {error.strerror}"
    return f"{type(error).__name__}: {error} (oidc-pyramid --traceback ... shows where)"


class Commands(click.Group):
    """A group that turns what goes wrong below it into a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if ctx.find_root().params.get("traceback"):
                raise
            raise Failure(" ".join(sentence(error).split())) from error
