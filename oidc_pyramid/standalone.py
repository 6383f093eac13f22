"""Where we are the whole application: every address is ours, and nothing else is added."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.runtime import Runtime


def includeme(config: Any) -> None:
    """After ``config.include("oidc_pyramid")``."""
    config.registry.getUtility(Runtime.interface).standalone = True
    config.include("oidc_pyramid.documents")
    config.include("oidc_pyramid.request_class")
