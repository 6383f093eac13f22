"""``file:///srv/id/Data.fs``: ZODB's FileStorage, for one process at a time."""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from ZODB.FileStorage import FileStorage
from ZODB.FileStorage.format import TRANS_HDR_LEN
from ZODB.utils import load_current, z64

from oidc_pyramid.storage import file_pack
from oidc_pyramid.storage.arguments import for_database, refuse_rest, yes
from oidc_pyramid.storage.file_pack import SafePacker
from oidc_pyramid.storage.opening import Opening
from oidc_pyramid.storage.private import make_directory, make_file, tighten
from oidc_pyramid.storage.refusals import DatabaseError, ForeignDatabase, empty, missing

log = logging.getLogger("oidc_pyramid.storage")

MAGIC = (b"FS21", b"FS30")
BESIDE = ("", ".index", ".lock", ".tmp", ".old")


class OnceFailed(FileStorage):
    """A FileStorage that could not finish a commit has closed itself and answers nothing more; and
    whether a second fsync would tell the truth nobody knows. So the process ends: whoever looks
    after it starts it anew, and the file is read as the disk has it."""

    def _finish(self, tid: bytes, user: bytes, description: bytes, extension: bytes) -> None:
        try:
            super()._finish(tid, user, description, extension)
        except BaseException:
            log.critical("the disk did not take a commit: this process ends and must be restarted")
            os.kill(os.getpid(), signal.SIGTERM)
            raise

    def _save_index(self) -> None:
        """It is read as a pickle at the next start: nobody else may write it, whatever the umask."""
        super()._save_index()
        path = Path(self.getName())
        tighten(path.with_name(f"{path.name}.index"))

    @staticmethod
    def packer(storage: FileStorage, referencesf: Any, stop: bytes, gc: bool) -> Any:
        """Where the packed file ends, and its index; None when there was nothing to do."""
        packer = SafePacker(storage, referencesf, stop, gc)
        try:
            end = packer.pack()
            return None if end is None else (end, packer.index)
        finally:
            packer.close()

    def pack(self, t: float, referencesf: Any, gc: bool | None = None) -> None:
        """With names that survive a power cut, and private (ZODB's IStorage)."""
        path = Path(self.getName())
        file_pack.before(path)
        super().pack(t, referencesf, gc)
        file_pack.after(path)


def find(uri: str, *, create: bool) -> Opening:
    """``?read_only=true`` and what ``ZODB.DB`` takes may follow."""
    path, _, query = uri.removeprefix("file://").partition("?")
    if not path:
        raise DatabaseError(f"zodbconn.uri = {uri} names no file: write file:///srv/id/Data.fs")
    given = dict(parse_qsl(query))
    arguments = for_database(given)
    read_only = yes(given.pop("read_only", "0"))
    refuse_rest(uri, given)
    here = Path(path).absolute()
    file_pack.put_back(here)
    if not create:
        require(here)
    return Opening(uri, lambda: _open(here, read_only=read_only), arguments)


def to_look_at(uri: str) -> str:
    """The same for reading alone: whoever has it open to write need not stop."""
    if not uri.startswith("file:") or "read_only=" in uri:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}read_only=true"


def require(path: Path) -> None:
    """A FileStorage with something in it; looks without touching (it would be made, else)."""
    if not path.exists():
        raise missing(str(path))
    with path.open("rb") as file:
        start = file.read(len(MAGIC[0]) + TRANS_HDR_LEN)
    if not start or start in MAGIC:
        raise empty(str(path))
    if not start.startswith(MAGIC):
        raise ForeignDatabase(f"{path} is no FileStorage: nothing in it was changed")
    if not path.with_name(f"{path.name}.lock").exists() and not _names_us(path):
        raise ForeignDatabase(f"{path} holds no provider, but something else: nothing was changed")


def _names_us(path: Path) -> bool:
    """Looks into the root of a database that was never opened here, without leaving traces."""
    storage = FileStorage(str(path), read_only=True)
    try:
        return b"oidc_pyramid" in load_current(storage, z64)[0]
    finally:
        storage.close()


def _open(path: Path, *, read_only: bool) -> Any:
    if not read_only and not path.exists():
        make_directory(path.parent)
        make_file(path)
    storage = OnceFailed(str(path), read_only=read_only)
    tighten(*(path.with_name(path.name + ending) for ending in BESIDE))
    if read_only:
        _keep_to_its_file(storage)
    return storage


def _keep_to_its_file(storage: FileStorage) -> None:
    """ZODB opens the file by its name at each need. The server's pack gives that name to another
    one, which the index that was read does not fit: it is the same file only by its descriptor."""
    opened = Path(f"/proc/self/fd/{storage._file.fileno()}")
    if opened.exists():
        storage._files.name = str(opened)
