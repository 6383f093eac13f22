"""Where ours keeps its data: files beside it, or a database server that is started for the run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILES = {
    "SQLite": "sqlite://{here}/db",
    "FileStorage": "file://{here}/Data.fs?connection_pool_size=16",
}
SERVERS = {"PostgreSQL": "postgresql", "ZEO": "zeo"}
STORAGES = (*FILES, *SERVERS)


@contextmanager
def kept(here: Path, storage: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The URI, and the processes whose work is part of an operation."""
    if storage in FILES:
        yield FILES[storage].format(here=here), ()
        return
    sys.path.append(str(Path(__file__).parent.parent))
    from soak import storages

    server = storages.STORAGES[SERVERS[storage]](here)
    server.start()
    try:
        yield server.uri, server.pids()
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
