"""Where ours keeps its data: files beside it, or a database server that is started for the run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILES = {
    "SQLite": "sqlite://{here}/db",
    "FileStorage": "file://{here}/Data.fs?connection_pool_size=16",
}
SERVERS = {"PostgreSQL": "postgresql", "ZEO": "zeo"}
STORAGES = (*FILES, *SERVERS)


def nothing() -> int:
    """The bytes elsewhere of a database whose files are all beside it."""
    return 0


@dataclass(frozen=True)
class Kept:
    """The URI, the processes whose work is part of an operation, and how many bytes of it are no
    files beside it."""

    uri: str
    servers: tuple[int, ...] = ()
    bytes_elsewhere: Callable[[], int] = nothing


@contextmanager
def kept(here: Path, storage: str) -> Iterator[Kept]:
    """For as long as a run takes."""
    if storage in FILES:
        yield Kept(FILES[storage].format(here=here))
        return
    sys.path.append(str(Path(__file__).parent.parent))
    from soak import storages

    server = storages.STORAGES[SERVERS[storage]](here)
    server.start()
    try:
        yield Kept(server.uri, server.pids(), server.bytes_elsewhere)
    finally:
        server.stop()
        server.remove()


def there(storage: str) -> bool:
    """Whether it can be had here: PostgreSQL is a program of the system."""
    if storage != "PostgreSQL":
        return True
    sys.path.append(str(Path(__file__).parent.parent))
    from soak import storages

    try:
        return storages.programs().exists()
    except FileNotFoundError:
        return False
