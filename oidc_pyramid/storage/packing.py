"""Giving the space of what was removed or replaced back, on whichever storage."""

from __future__ import annotations

import shutil
from pathlib import Path

from ZODB import DB

from oidc_pyramid.storage.file import OnceFailed
from oidc_pyramid.storage.refusals import PackRefused
from oidc_pyramid.storage.safety import layers
from oidc_pyramid.storage.sqlite_adapter import CarefulAdapter

DAY = 24 * 3600


def pack(db: DB, *, keep: float = 0) -> tuple[int, int]:
    """Bytes before and after; revisions of the last *keep* seconds stay, where any are kept."""
    for layer in layers(db.storage):
        if isinstance(layer, OnceFailed):
            _require_space(Path(layer.getName()), layer.getSize())
    before = db.getSize()
    db.pack(days=keep / DAY)
    return before, db.getSize()


def is_embedded(db: DB) -> bool:
    """On this machine, and opened by us: FileStorage or SQLite."""
    return any(
        isinstance(layer, OnceFailed)
        or isinstance(getattr(layer, "_adapter", None), CarefulAdapter)
        for layer in layers(db.storage)
    )


def _require_space(path: Path, size: int) -> None:
    """A pack writes the file a second time; it must not be what fills the disk."""
    free = shutil.disk_usage(path.parent).free
    if free < size:
        raise PackRefused(
            f"a pack of {path} needs {size >> 20} MiB of free space and there are {free >> 20}: "
            "nothing was packed"
        )
