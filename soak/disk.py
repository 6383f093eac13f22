"""A small disk: a tmpfs where we may mount one, else a limit on the size of the workers' files."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soak.deployment import Deployment
from soak.processes import workers

SIZE_MIB = 48


@contextmanager
def small_disk(directory: Path) -> Iterator[bool]:
    """Mounted at *directory* for the block; False where mounting is not allowed."""
    directory.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "soak", str(directory)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(directory)], check=False)


@contextmanager
def full(directory: Path, place: Deployment, *, mounted: bool) -> Iterator[None]:
    """Nothing more can be written there during the block."""
    if mounted:
        filler = directory / "filler"
        _fill(filler)
        try:
            yield
        finally:
            filler.unlink()
        return
    pids = workers(place.pid())
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids]
    for pid, (_soft, hard) in zip(pids, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        for pid, limits in zip(pids, before, strict=True):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def _fill(path: Path) -> None:
    """Until the last byte."""
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
