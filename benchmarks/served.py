"""A server to measure: its own directory, database, port; started and stopped here."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from databases import nothing

PAGE = os.sysconf("SC_PAGE_SIZE")
DATABASES = (".fs", ".sqlite3", "-wal")
STARTS_WITHIN = 120.0
Number = TypeVar("Number", int, float)


@dataclass
class Served:
    """A running server and what the system says of it: all of its processes together, and those
    *beside* it, which keep its data; some of it elsewhere than in *here*."""

    port: int
    here: Path
    process: subprocess.Popen[bytes]
    started_in: float
    idle_mib: float = 0.0
    beside: tuple[int, ...] = ()
    bytes_elsewhere: Callable[[], int] = nothing

    def processes(self) -> list[Path]:
        """The process and those that it started, as directories of ``/proc``."""
        found, todo = [], [self.process.pid, *self.beside]
        while todo:
            here = Path(f"/proc/{todo.pop()}")
            found.append(here)
            with suppress(FileNotFoundError, ProcessLookupError):
                for thread in here.glob("task/*/children"):
                    todo += [int(child) for child in thread.read_text().split()]
        return found

    def cpu_seconds(self) -> float:
        """User and system time so far, to the nanosecond."""
        return sum(self._each(_cpu_seconds))

    def memory_mib(self) -> float:
        """Resident memory."""
        return sum(self._each(_resident_mib))

    def worker_mib(self) -> float:
        """Resident memory of the largest process: a worker, or the only one."""
        return max(self._each(_resident_mib))

    def written_bytes(self) -> int:
        """What they have had written to disk."""
        return sum(self._each(_written))

    def _each(self, read: Callable[[Path], Number]) -> Iterator[Number]:
        """A server of databases has children that come and go; the process itself must be there."""
        for here in self.processes():
            try:
                yield read(here)
            except OSError:
                if here.name == str(self.process.pid):
                    raise

    def database_bytes(self) -> int:
        """The size of the database's files, and of what its server keeps elsewhere."""
        return self.bytes_elsewhere() + sum(
            file.stat().st_size
            for file in self.here.rglob("*")
            if file.is_file() and file.name.endswith(DATABASES)
        )


def _resident_mib(here: Path) -> float:
    return int((here / "statm").read_text().split()[1]) * PAGE / 2**20


def _written(here: Path) -> int:
    lines = (here / "io").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def _cpu_seconds(here: Path) -> float:
    return time.clock_gettime(_clock(int(here.name)))


def _clock(pid: int) -> int:
    """The clock of another process's time (``clock_getcpuclockid`` of Linux)."""
    return (~pid << 3) | 2


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    command: Sequence[str], here: Path, port: int, path: str = "/", **environment: str
) -> Iterator[Served]:
    """Started, when it has answered a request for *path* for the first time."""
    began = time.monotonic()
    if "PYTHONPATH" in environment and "PYTHONPATH" in os.environ:
        environment["PYTHONPATH"] += os.pathsep + os.environ["PYTHONPATH"]
    with (here / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, **environment}, cwd=here
        )
    served = Served(port, here, process, 0.0)
    try:
        _wait(served, f"http://127.0.0.1:{port}{path}")
        served.started_in = time.monotonic() - began
        served.idle_mib = served.memory_mib()
        yield served
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(served: Served, url: str) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        if served.process.poll() is not None:
            raise SystemExit((served.here / "server.log").read_text())
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit("the server did not start: " + (served.here / "server.log").read_text())


def write_ini(here: Path, application: Mapping[str, str], port: int) -> Path:
    """An ini file with that application, and waitress."""
    lines = [f"{key} = {value}" for key, value in application.items()]
    server = ["use = egg:waitress#main", f"listen = 127.0.0.1:{port}", "threads = 4"]
    path = here / "bench.ini"
    path.write_text("\n".join(["[app:main]", *lines, "", "[server:main]", *server, ""]))
    return path
