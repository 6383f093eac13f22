"""A backup: one private file, a FileStorage with one transaction in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ZODB import DB
from ZODB.DemoStorage import DemoStorage
from ZODB.FileStorage import FileStorage
from ZODB.MappingStorage import MappingStorage

from oidc_pyramid.storage.allowed import ClassFactory
from oidc_pyramid.storage.copying import Tally, copy, walked
from oidc_pyramid.storage.file import require
from oidc_pyramid.storage.private import make_file, sync
from oidc_pyramid.storage.refusals import DatabaseError, DatabaseMissing, ForeignDatabase


def write(source: Any, path: Path) -> Tally:
    """Complete, synced and read back before it has its name; raises ``FileExistsError``."""
    if path.exists():
        raise FileExistsError(
            17, "there is such a file already; nothing was overwritten", str(path)
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(
            2, "there is no such directory; nothing was written", str(path.parent)
        )
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:  # mode 0700
        part = Path(folder) / path.name
        make_file(part)
        copied = _copied(source, part)
        os.link(part, path)  # unlike a renaming, this fails where somebody was faster
    sync(path.parent)
    return copied


def _copied(source: Any, part: Path) -> Tally:
    storage = FileStorage(str(part))
    try:
        copied = copy(source, storage, "backup")
        if not walked(storage).same_as(copied):
            raise DatabaseError(f"what was written to {part.parent} is not what was read")
    finally:
        storage.close()
    return copied


def _require_backup(path: Path) -> None:
    """In words about backups: whoever restores one is not to think of making a new database."""
    if not path.exists():
        raise DatabaseMissing(f"there is no backup at {path}; nothing was changed")
    try:
        require(path)
    except (DatabaseMissing, ForeignDatabase) as error:
        raise ForeignDatabase(f"{path} is no backup of a provider; nothing was changed") from error


@contextmanager
def opened(path: Path, class_factory: ClassFactory) -> Iterator[DB]:
    """What is in a backup, with changes in memory above it: the file stays as it is."""
    _require_backup(path)
    base = FileStorage(str(path), read_only=True)
    storage = DemoStorage(base=base, changes=MappingStorage())
    db = DB(storage, class_factory=class_factory)
    try:
        yield db
    finally:
        db.close()
