"""The provider with a replay margin of seconds, which packs its database now and then, for pserve."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import oidc_pyramid
from oidc_pyramid.models import authorizations

log = logging.getLogger("oidc_pyramid.upkeep")


def main(config: dict[str, str], **settings: Any) -> Any:
    """As ``oidc_pyramid.main``; ``bench.pack_every`` in seconds, 0 for never."""
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)
    pause = float(settings.pop("bench.pack_every"))
    authorizations.REPLAY_MARGIN = 5
    app = oidc_pyramid.main(config, **settings)
    database = app.registry._zodb_databases[""]  # noqa: SLF001 - pyramid_zodbconn's name

    def pack() -> None:
        while True:
            time.sleep(pause)
            began = time.perf_counter()
            try:
                database.pack()
                log.info("packed in %.2f s", time.perf_counter() - began)
            except Exception:
                log.exception("a pack failed after %.2f s", time.perf_counter() - began)

    if pause:
        threading.Thread(target=pack, daemon=True).start()
    return app
