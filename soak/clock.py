"""A clock that can be set, for the served application: ``oidc.include = soak.clock``.

Not libfaketime: 0.9.10, which Debian has, makes ``time.sleep`` of Python 3.11 fail (EINVAL), because
that sleeps by the monotonic clock.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

FILE = "soak.clock"


class Clock:
    """How far off the workers' clock is stands in a file."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "clock"
        self.settings = {"oidc.include": "soak.counting soak.clock", FILE: str(self._file)}
        self.set(0)

    def set(self, seconds: int) -> None:
        """So many seconds ahead, or behind, of the real one; at once, in all workers."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(self._file)


def includeme(config: Any) -> None:
    """From now on this process believes the file: ours, the database's and the server's code."""
    real, path = time.time, Path(config.registry.settings[FILE])

    def off() -> float:
        return real() + int(path.read_text())

    time.time = off
