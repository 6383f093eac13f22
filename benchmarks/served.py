"""A provider to measure: its own directory, database, port; started and stopped here."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workloads import CLIENT_ID, PEOPLE, REDIRECT, SCOPE, SECRET

STORAGES = {
    "SQLite": "sqlite://{here}/db",
    "FileStorage": "file://{here}/Data.fs?connection_pool_size=16",
}
SERVERS = {
    "waitress": "use = egg:waitress#main\nlisten = 127.0.0.1:{port}\nthreads = 4\n",
}
INI = """\
[app:main]
use = egg:oidc_pyramid
oidc.issuer = http://127.0.0.1:{port}
oidc.secret = file:{here}/secret
oidc.signing_alg = {alg}
oidc.signing_algs = RS256 ES256
oidc.throttle_address = 1000000
zodbconn.uri = {uri}

[server:main]
{server}
"""
BARE = """\
[app:main]
use = call:bare:main

[server:main]
{server}
"""


@dataclass
class Served:
    """A running server."""

    port: int
    here: Path
    process: subprocess.Popen[bytes]
    started_in: float

    def cpu_seconds(self) -> float:
        """User and system time of the process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def written_bytes(self) -> int:
        """What the process has had written to disk."""
        for line in Path(f"/proc/{self.process.pid}/io").read_text().splitlines():
            if line.startswith("write_bytes"):
                return int(line.split()[1])
        return 0

    def database_bytes(self) -> int:
        """The size of the database's files."""
        files = (f for f in self.here.rglob("*") if f.is_file())
        return sum(
            f.stat().st_size for f in files if f.suffix in {".fs", ".sqlite3"} or "wal" in f.name
        )


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(here: Path, *arguments: str, typed: str = "") -> None:
    """``oidc-pyramid`` on that deployment."""
    command = [sys.executable, "-m", "oidc_pyramid.scripts", "-c", str(here / "bench.ini")]
    subprocess.run([*command, *arguments], check=True, input=typed.encode(), capture_output=True)


@contextmanager
def provider(here: Path, storage: str, server: str, alg: str) -> Iterator[Served]:
    """With one client and a few people."""
    port = free_port()
    uri, served_by = STORAGES[storage].format(here=here), SERVERS[server].format(port=port)
    (here / "bench.ini").write_text(
        INI.format(port=port, here=here, alg=alg, uri=uri, server=served_by)
    )
    run(here, "init")
    document = {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "scope": f"{SCOPE} api",
    }
    (here / "client.json").write_text(json.dumps(document))
    run(here, "client", "add", "--from-json", str(here / "client.json"))
    for number in range(PEOPLE):
        run(here, "user", "add", f"user{number}", "--password-stdin", typed="a long password\n")
    with _serving(here, port) as served:
        yield served


@contextmanager
def bare(here: Path, server: str) -> Iterator[Served]:
    """The floor: a Pyramid application with one view."""
    port = free_port()
    (here / "bench.ini").write_text(BARE.format(server=SERVERS[server].format(port=port)))
    with _serving(here, port) as served:
        yield served


@contextmanager
def _serving(here: Path, port: int) -> Iterator[Served]:
    began = time.monotonic()
    command = [sys.executable, "-m", "pyramid.scripts.pserve", str(here / "bench.ini")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    with (here / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait(port, process, here)
        yield Served(port, here, process, time.monotonic() - began)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(port: int, process: subprocess.Popen[bytes], here: Path) -> None:
    for _ in range(400):
        if process.poll() is not None:
            raise SystemExit((here / "server.log").read_text())
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not start")
