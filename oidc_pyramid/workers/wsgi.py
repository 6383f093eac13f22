"""The provider for WSGI servers other than waitress; ``deploy/wsgi.py`` and ``pserve`` use it.

``OIDC_PYRAMID_INI`` names the ini file. ``TRUSTED_PROXIES`` lists the addresses of proxies that may
say who is asking (default: this machine); they must overwrite ``X-Forwarded-For``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from pyramid.paster import get_app, setup_logging

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class BehindProxy:
    """Puts the client's address where the provider's throttle and its log look for it."""

    def __init__(self, app: Application, trusted: Iterable[str]) -> None:
        self._app = app
        self._trusted = frozenset(trusted)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Only a trusted proxy is believed, and of its list only the entry that it has added."""
        told = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if told and environ.get("REMOTE_ADDR", "") in self._trusted:
            environ["REMOTE_ADDR"] = told
        return self._app(environ, start_response)


ini = os.environ.get("OIDC_PYRAMID_INI", "production.ini")
setup_logging(ini)
application = BehindProxy(get_app(ini), os.environ.get("TRUSTED_PROXIES", "127.0.0.1 ::1").split())
