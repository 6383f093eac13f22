"""The database's files are for the server's own user: 0600, in directories of 0700."""

from __future__ import annotations

import os
from pathlib import Path


def make_directory(path: Path) -> None:
    """With those above it that are missing."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_file(path: Path) -> None:
    """An empty one, private from its first moment; what is there already stays."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.close(descriptor)


def tighten(*paths: Path) -> None:
    """Take away what others may do with them, where that is in our power."""
    for path in paths:
        if path.is_file() and path.stat().st_uid == os.geteuid():
            path.chmod(0o600)
