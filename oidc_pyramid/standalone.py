"""Where we are the whole application: every address is ours, and nothing else is added."""

from __future__ import annotations

import gc
from typing import Any

from oidc_pyramid.root import LATE
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.storage.held import Held

TRANSFERS = "zodbconn.transferlog"  # counts from each opening of a connection to its closing
COLLECT_AFTER = 10_000  # objects that may be garbage; Python's own 700 is one request


def includeme(config: Any) -> None:
    """After ``config.include("oidc_pyramid")``."""
    runtime = config.registry.getUtility(Runtime.interface)
    runtime.standalone = True
    config.include("oidc_pyramid.documents")
    config.include("oidc_pyramid.request_class")

    def hold() -> None:
        runtime.held = Held(config.registry._zodb_databases[""])  # noqa: SLF001 - pyramid_zodbconn's

    if not runtime.database and config.registry.settings.get(TRANSFERS) is None:
        config.action(("oidc", "held connections"), hold, order=LATE)


def spare_collections() -> None:
    """What the start has made stays as long as the process: the garbage collector need not walk
    over it again and again. Once in a process, whatever else begins in it later."""
    if gc.get_freeze_count():
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
