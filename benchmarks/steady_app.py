"""The provider with a replay margin of seconds, which says what its upkeep does, for pserve."""

from __future__ import annotations

import logging
from typing import Any

import oidc_pyramid
from oidc_pyramid.models import authorizations


def main(config: dict[str, str], **settings: Any) -> Any:
    """As ``oidc_pyramid.main``."""
    logging.basicConfig(format="%(message)s")
    logging.getLogger("oidc_pyramid.upkeep").setLevel(logging.INFO)
    authorizations.REPLAY_MARGIN = 5
    return oidc_pyramid.main(config, **settings)
