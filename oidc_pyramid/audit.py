"""One line of JSON in the log for each event, after its commit (logger ``oidc_pyramid.audit``)."""

from __future__ import annotations

import json
import logging
from typing import Any

from oidc_pyramid.events import Event
from oidc_pyramid.protocol import packing

log = logging.getLogger("oidc_pyramid.audit")


def record(event: Event) -> None:
    """The event's name and its fields; JSON keeps every control character escaped."""
    entry = {"event": type(event).__name__, **packing.named(event)}
    log.info("%s", json.dumps(entry, separators=(",", ":")))


def includeme(config: Any) -> None:
    """Listen to all of our events."""
    config.add_subscriber(record, Event)
