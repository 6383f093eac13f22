"""``env:NAME`` and ``file:PATH``: a value that lives outside the ini file."""

from __future__ import annotations

import os
from pathlib import Path

from oidc_pyramid.settings.errors import SettingsError

ENVIRONMENT, FILE = "env:", "file:"
OTHERS = 0o077


def file_path(value: object) -> Path | None:
    """The path that a ``file:`` value names, or None."""
    if isinstance(value, str) and value.strip().startswith(FILE):
        return Path(value.strip().removeprefix(FILE)).expanduser()
    return None


def fetch(key: str, value: object) -> object:
    """The value itself, or the bytes that it points at."""
    path = file_path(value)
    if path is not None:
        return _from_file(key, path)
    if isinstance(value, str) and value.strip().startswith(ENVIRONMENT):
        return _from_environment(key, value.strip().removeprefix(ENVIRONMENT))
    return value


def _from_environment(key: str, name: str) -> bytes:
    try:
        return os.environb[os.fsencode(name)]
    except KeyError:
        raise SettingsError(key, f"the environment variable {name} is not set") from None


def _from_file(key: str, path: Path) -> bytes:
    try:
        return path.read_bytes().rstrip(b"\r\n")
    except FileNotFoundError:
        hint = ": 'oidc-pyramid init' creates it" if key == "oidc.secret" else ""
        raise SettingsError(key, f"the file {path} does not exist{hint}") from None
    except OSError as error:
        raise SettingsError(key, f"the file {path} can't be read: {error.strerror}") from error


def is_open_to_others(path: Path) -> bool:
    """Whether anyone but the owner may read the file, or write it."""
    return path.exists() and bool(path.stat().st_mode & OTHERS)
