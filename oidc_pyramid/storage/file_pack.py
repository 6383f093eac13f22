"""A FileStorage is packed without a moment at which a power cut, a kill or a full disk loses it.

ZODB writes the packed file beside the database and renames both, without any fsync. And after a
crash between the two renamings there is no database, which ZODB would make anew, empty.
"""

from __future__ import annotations

import errno
import logging
import os
from contextlib import suppress
from pathlib import Path

from ZODB.FileStorage.fspack import FileStoragePacker
from ZODB.scripts import fstest

from oidc_pyramid.storage.private import make_file, sync, tighten
from oidc_pyramid.storage.refusals import DatabaseMissing

log = logging.getLogger("oidc_pyramid.storage")


class SafePacker(FileStoragePacker):
    """What it has written is on the disk, and was looked through, before anything is renamed.

    Most of that is done while others may commit; only what they have added has to be synced while
    they wait.
    """

    def copyToPacktime(self) -> tuple[int, int]:  # noqa: N802 - ZODB's name
        """What there was when the pack began."""
        read, written = super().copyToPacktime()
        if read != written:
            self._tfile.flush()
            os.fsync(self._tfile.fileno())
            self._examine()
        return read, written

    def _examine(self) -> None:
        """An ``OSError`` has ZODB remove the file and go on with the one that it has."""
        wanted, found = len(self.gc.reachable), len(self.index)
        if wanted != found:
            raise OSError(errno.EIO, f"{found} objects were packed, of {wanted}")
        try:
            fstest.check(f"{self._name}.pack")
        except fstest.FormatError as error:
            raise OSError(errno.EIO, f"the packed file is damaged: {error}") from error

    def pack(self) -> int | None:
        """Holds the commit lock at its end, unless there was nothing to do."""
        end: int | None = super().pack()
        if end is None:
            return None
        try:
            sync(Path(f"{self._name}.pack"))
        except BaseException:
            self._commit_lock.release()
            raise
        return end


def before(path: Path) -> None:
    """The file that a pack writes is as private as the database that it becomes."""
    packed = path.with_name(f"{path.name}.pack")
    make_file(packed)
    tighten(packed)


def after(path: Path) -> None:
    """The new names are on the disk; only then the older file goes: what was removed from the
    database should not lie beside it for another day."""
    sync(path.parent)
    for name in (f"{path.name}.old", f"{path.name}.pack"):
        path.with_name(name).unlink(missing_ok=True)
    sync(path.parent)


def put_back(path: Path) -> None:
    """A pack was stopped between its two renamings: the database has its name again.

    By a link, which fails where the pack goes on in another process and was faster.
    """
    old, packed = (path.with_name(f"{path.name}.{ending}") for ending in ("old", "pack"))
    if path.exists() or not old.exists():
        return
    if not packed.exists():
        raise DatabaseMissing(
            f"there is no {path}, but {old}: if that is the database, rename it; if it is not, "
            "restore your backup (nothing was created)"
        )
    with suppress(FileExistsError):
        os.link(old, path)
        log.warning("a pack was stopped half-way: %s is the database again", path)
    sync(path.parent)
