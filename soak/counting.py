"""What only the served application knows: ``oidc.include = soak.counting`` in the ini file.

Each attempt that met a rival is one byte in a file that all workers append to; each worker that
is ready to answer is a line in another.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pyramid.events import ApplicationCreated
from pyramid_retry import BeforeRetry

RETRIES = "soak.retries"
STARTED = "soak.started"


def includeme(config: Any) -> None:
    """Count what is tried again, and say when this process is there."""
    retried, started = (_opened(config.registry.settings[name]) for name in (RETRIES, STARTED))

    def count(_event: BeforeRetry) -> None:
        os.write(retried, b".")

    def say(_event: ApplicationCreated) -> None:
        os.write(started, f"{os.getpid()}\n".encode())

    config.add_subscriber(count, BeforeRetry)
    config.add_subscriber(say, ApplicationCreated)


def _opened(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def standing(started: Path) -> set[int]:
    """The processes that have said so."""
    return {int(line) for line in started.read_text().split()}
