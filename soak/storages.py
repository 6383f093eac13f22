"""Where the provider keeps its data in a run: each kind can be stopped, started and killed."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from soak.processes import Child, end, start, wait_for


class Storage:
    """One that has no server: a directory."""

    several = True
    scheme = "sqlite://{}/db"

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.uri = self.scheme.format(directory)
        self._child: Child | None = None

    def start(self) -> None:
        """Returns when it answers."""

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """Returns when it is gone."""

    def pids(self) -> tuple[int, ...]:
        """Of its server, if it has one."""
        return () if self._child is None else (self._child.pid,)

    def remove(self) -> None:
        """What it keeps elsewhere."""

    def bytes_elsewhere(self) -> int:
        """How large the database is that is not a file in the directory."""
        return 0


class Sqlite(Storage):
    """RelStorage on SQLite: the default."""


class File(Storage):
    """FileStorage: one process."""

    several = False
    scheme = "file://{}/Data.fs"


class Zeo(Storage):
    """ZEO's own server on a unix socket."""

    scheme = "zeo://{}/zeo.sock?server_sync=true&wait_timeout=2"

    def start(self) -> None:
        socket_path = self.directory / "zeo.sock"
        data = self.directory / "Data.fs"
        command = (sys.executable, "-m", "ZEO.runzeo", "-a", socket_path, "-f", data)
        environment = {"INSTANCE_HOME": str(self.directory)}
        log = self.directory / "zeo.log"
        self._child = start(command, log, env=environment, cwd=self.directory)
        if not wait_for(lambda: _accepts(socket_path)):
            raise RuntimeError(log.read_text())

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        end(self._child, sent)


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


CONF = """\
%import relstorage
<zodb main>
  pool-size 8
  <relstorage>
    keep-history false
    commit-lock-timeout 10
    <postgresql>
      driver psycopg2
      dsn dbname='oidc' user='oidc' host='{folder}' connect_timeout='5'
    </postgresql>
  </relstorage>
</zodb>
"""


class PostgreSQL(Storage):
    """A server of its own on a unix socket, with fsync on."""

    scheme = "zconfig://{}/zodb.conf#main"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._programs = programs()
        self._folder = Path(tempfile.mkdtemp(prefix="soak-pg-"))
        self._user = None
        if os.geteuid() == 0:  # PostgreSQL does not run as root
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            self._user = owner.pw_name
        (directory / "zodb.conf").write_text(CONF.format(folder=self._folder))
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "oidc", "--no-sync", "-E", "UTF8")

    def _run(self, name: str, *arguments: str) -> None:
        log = self.directory / "postgresql.log"
        child = start((self._programs / name, *arguments), log, user=self._user, cwd=self._folder)
        if child.wait(60):
            raise RuntimeError(log.read_text())

    def start(self) -> None:
        options = ("-c", "listen_addresses=", "-c", "max_connections=80")
        log = self.directory / "postgresql.log"
        data = self._folder / "data"
        command = (self._programs / "postgres", "-D", data, "-k", self._folder, *options)
        first = self._child is None
        self._child = start(command, log, user=self._user, stop=signal.SIGINT, cwd=self._folder)
        ready = (str(self._programs / "pg_isready"), "-q", "-h", str(self._folder))
        if not wait_for(lambda: subprocess.call(ready) == 0):
            raise RuntimeError(log.read_text())
        if first:
            self._run("createdb", "-h", str(self._folder), "-U", "oidc", "oidc")

    def stop(self, sent: signal.Signals = signal.SIGINT) -> None:
        end(self._child, sent)

    def remove(self) -> None:
        """Its folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def bytes_elsewhere(self) -> int:
        """Its own word for tables and indexes, without the write-ahead log."""
        query = "select pg_database_size(current_database())"
        asked = ("-h", str(self._folder), "-U", "oidc", "-d", "oidc", "-XAtc", query)
        found = subprocess.run(
            (str(self._programs / "psql"), *asked), capture_output=True, text=True, check=True
        )
        return int(found.stdout)


def programs() -> Path:
    """The folder with initdb and postgres: Debian keeps it out of the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    folders += [Path(found).resolve().parent] if found else []
    for folder in folders:
        if (folder / "postgres").exists():
            return folder
    raise FileNotFoundError("install PostgreSQL (Debian: apt install postgresql)")


STORAGES: dict[str, type[Storage]] = {
    "sqlite": Sqlite,
    "postgresql": PostgreSQL,
    "zeo": Zeo,
    "file": File,
}


def unique() -> str:
    """A short name that nobody has."""
    return secrets.token_hex(4)
