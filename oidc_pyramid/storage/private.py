"""The database's files are for the server's own user: 0600, in directories of 0700; and synced."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def make_directory(path: Path) -> None:
    """With those above it that are missing."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_file(path: Path) -> None:
    """An empty one, private from its first moment; what is there already is not even opened.

    To open and close a file takes away all locks that this process has on it (POSIX), and SQLite's
    are among them: the next process to close it would believe that it is the last.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def tighten(*paths: Path) -> None:
    """Take away what others may do with them, where that is in our power."""
    for path in paths:
        if path.is_file() and path.stat().st_uid == os.geteuid():
            path.chmod(0o600)


def sync(path: Path) -> None:
    """What is written to a file, or which names a directory has, survives a power cut from now on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
