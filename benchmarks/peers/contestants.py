"""Other providers with the same workloads, installed here by the benchmark: yardsticks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from served import Served, free_port, serving
from targets import (
    CLIENT_ID,
    MACHINE_ID,
    OAUTH_TOOLKIT,
    OIDC_PROVIDER,
    PASSWORD,
    PEOPLE,
    REDIRECT,
    SCOPE,
    SECRET,
)

HERE = Path(__file__).parent
INSTALLED = HERE.parent.parent / "artifacts" / "peers"


def install_oidc_provider() -> Path:
    """``npm ci`` of the committed lock; better-sqlite3 is compiled, which takes a minute or two."""
    place = INSTALLED / "oidc_provider"
    place.mkdir(parents=True, exist_ok=True)
    stale = _copied(HERE / "oidc_provider", place)
    if stale or not (place / "node_modules").exists():
        subprocess.run([_npm(), "ci", "--no-audit", "--no-fund"], cwd=place, check=True)
    return place


def _npm() -> str:
    found = shutil.which("npm")
    if found is None:
        raise SystemExit("npm is not here: leave oidc-provider out, or install node")
    return found


def install_oauth_toolkit() -> Path:
    """An environment of its own."""
    place = INSTALLED / "oauth_toolkit"
    place.mkdir(parents=True, exist_ok=True)
    stale = _copied(HERE / "oauth_toolkit", place)
    python = place / "venv" / "bin" / "python"
    if stale or not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True)
        command = [str(python), "-m", "pip", "install", "-q", "-r", "requirements.txt"]
        subprocess.run(command, cwd=place, check=True)
    return place


def _copied(source: Path, place: Path) -> bool:
    """Copy our files there; True when what is installed was for other versions."""
    stale = False
    for file in source.iterdir():
        if file.is_file():
            there = place / file.name
            named = file.name in {"package-lock.json", "requirements.txt"}
            if named and (not there.exists() or there.read_bytes() != file.read_bytes()):
                stale = True
            shutil.copy(file, there)
    return stale


def describe(here: Path) -> None:
    """The client and the people, for both."""
    client = {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "scope": f"{SCOPE} api",
    }
    document = {
        "client": client,
        "machine": MACHINE_ID,
        "people": [f"user{number}" for number in range(PEOPLE)],
        "password": PASSWORD,
    }
    (here / "bench.json").write_text(json.dumps(document))


@contextmanager
def oidc_provider(here: Path, commits: str = "together") -> Iterator[Served]:
    """One process of node; ``each``: every call of its adapter commits by itself."""
    place, port = install_oidc_provider(), free_port()
    describe(here)
    command = ["node", str(place / "server.js"), str(here), str(port), commits]
    with serving(command, here, port, OIDC_PROVIDER.discovery, NODE_ENV="production") as served:
        yield served


@contextmanager
def oauth_toolkit(here: Path) -> Iterator[Served]:
    """By gunicorn, two processes of four threads."""
    place, port = install_oauth_toolkit(), free_port()
    describe(here)
    environment = {"BENCH_HERE": str(here), "PYTHONPATH": str(place)}
    python = str(place / "venv" / "bin" / "python")
    founding = [python, str(place / "project.py")]
    subprocess.run(founding, check=True, env={**os.environ, **environment})
    options = ["-k", "gthread", "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}"]
    command = [python, "-m", "gunicorn", *options, "project:application"]
    with serving(command, here, port, OAUTH_TOOLKIT.discovery, **environment) as served:
        yield served


PEERS = {
    "node oidc-provider": (oidc_provider, OIDC_PROVIDER),
    "node oidc-provider, plain adapter": (partial(oidc_provider, commits="each"), OIDC_PROVIDER),
    "django-oauth-toolkit": (oauth_toolkit, OAUTH_TOOLKIT),
}


def available(name: str) -> bool:
    """Whether this machine has what it takes."""
    return not name.startswith("node") or bool(shutil.which("npm") and shutil.which("node"))
