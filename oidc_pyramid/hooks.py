"""Plug points that the ini names by dotted name: one line each, as the ancestor had them."""

from __future__ import annotations

from typing import Any

from oidc_pyramid import plugins
from oidc_pyramid.interfaces import (
    IAccountsFactory,
    IBrowserSessionsFactory,
    IClaims,
    IKeysFactory,
    IThrottleFactory,
)
from oidc_pyramid.runtime import Runtime

ONE = {
    "accounts": IAccountsFactory,
    "browser_sessions": IBrowserSessionsFactory,
    "keys": IKeysFactory,
    "throttle": IThrottleFactory,
}


def includeme(config: Any) -> None:
    """Register what the settings name."""
    settings = config.registry.getUtility(Runtime.interface).settings
    for key, interface in ONE.items():
        factory = getattr(settings, key)
        if factory:
            plugins.register_one(config, interface, factory)
    for claims in settings.claims:
        plugins.register(config, IClaims, claims)
    for kind, utility in settings.plugins:
        plugins.register(config, plugins.MANY[kind], utility)
