"""``use = egg:oidc_pyramid#workers``: ``pserve production.ini`` with several worker processes."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from typing import Any

LOCAL = "127.0.0.1 ::1"


def serve(
    _app: Any,
    global_conf: Mapping[str, str],
    *,
    listen: str = "127.0.0.1:6543",
    workers: str = "2",
    threads: str = "4",
    trusted_proxy: str = LOCAL,
) -> None:
    """Become gunicorn's master (``paste.server_runner``); does not return.

    ``pserve`` has made the application already, and with it opened the database, which no fork
    survives: so this process is replaced, and each worker makes its own.
    """
    if importlib.util.find_spec("gunicorn") is None:
        sys.stderr.write("several workers need gunicorn: pip install gunicorn\n")
        sys.stderr.flush()
        os._exit(1)  # pserve would end with 0, and a supervisor think that all is well
    environment = {
        **os.environ,
        "OIDC_PYRAMID_INI": global_conf["__file__"],
        "OIDC_PYRAMID_BIND": listen,
        "OIDC_PYRAMID_THREADS": threads,
        "WEB_CONCURRENCY": workers,
        "TRUSTED_PROXIES": trusted_proxy,
    }
    options = ("-m", "gunicorn", "-c", "python:oidc_pyramid.workers.configuration")
    command = (sys.executable, *options, "oidc_pyramid.workers.wsgi:application")
    sys.stdout.flush()
    os.execve(sys.executable, command, environment)  # noqa: S606 - no shell, our own words
