"""The WSGI servers: how each is told to serve an ini file. One process where it is not said."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

APPLICATION = "wsgi:application"


def waitress(ini: Path, _port: int) -> list[str]:
    """Four threads; the ini file says so."""
    return [sys.executable, "-m", "pyramid.scripts.pserve", str(ini)]


def granian(_ini: Path, port: int) -> list[str]:
    """Two threads for the application, HTTP outside of Python."""
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "2", "--no-ws"]
    return [sys.executable, "-m", "granian", *options, "--port", str(port), APPLICATION]


def granian_one(_ini: Path, port: int) -> list[str]:
    """One thread for the application."""
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--no-ws"]
    return [sys.executable, "-m", "granian", *options, "--port", str(port), APPLICATION]


def gunicorn(_ini: Path, port: int) -> list[str]:
    """Two processes of four threads."""
    options = ["-k", "gthread", "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", *options, APPLICATION]


def bjoern(_ini: Path, port: int) -> list[str]:
    """One thread, HTTP in C."""
    return [sys.executable, str(Path(__file__).parent / "wsgi.py"), str(port)]


SERVERS = {
    "waitress": waitress,
    "granian, 2 threads": granian,
    "granian, 1 thread": granian_one,
    "gunicorn, 2 x 4": gunicorn,
    "bjoern": bjoern,
}


def installed(name: str) -> bool:
    """Whether it can be started here."""
    return importlib.util.find_spec(name.partition(",")[0]) is not None
