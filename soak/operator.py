"""``python -m soak.operator INI``: the commands of ``oidc-pyramid``, a line each, by one process.

A start of Python for each would leave no race to run.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from soak.deployment import Deployment as Place


class Operator:
    """Another process of ours at the same database."""

    def __init__(self, place: Place) -> None:
        command = [sys.executable, "-m", "soak.operator", str(place.ini)]
        self._turn = threading.Lock()
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=place.variables(),
        )
        self._answer("ready")

    def do(self, *arguments: str) -> None:
        """Returns when it is acknowledged."""
        if self._child.stdin is None:
            raise RuntimeError("no way to speak to it")
        with self._turn:
            self._child.stdin.write(shlex.join(arguments) + "\n")
            self._child.stdin.flush()
            self._answer("done")

    def _answer(self, wanted: str) -> None:
        for line in self._child.stdout or ():
            if line.strip() == wanted:
                return
        raise RuntimeError("the operator's process has ended")

    def close(self) -> None:
        """No more commands."""
        self._child.communicate(timeout=30)


@contextmanager
def operator(place: Place) -> Iterator[Operator]:
    """For the block."""
    made = Operator(place)
    try:
        yield made
    finally:
        made.close()


def main(ini: str) -> None:
    """Until there is no more to read."""
    import click

    from oidc_pyramid.scripts import main as commands
    from oidc_pyramid.scripts.deployment import Deployment

    class Standing(Deployment):
        """Keeps its database open."""

        @contextmanager
        def database(self, *, create: bool = False) -> Iterator[Any]:
            yield db

    with Deployment(ini).database() as db:
        standing = Standing(ini)
        print("ready", flush=True)
        for line in sys.stdin:
            name, *rest = shlex.split(line)
            command = commands.get_command(click.Context(commands), name)
            if command is None:
                raise ValueError(f"there is no command {name}")
            command.main(rest, standalone_mode=False, obj=standing)
            print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
