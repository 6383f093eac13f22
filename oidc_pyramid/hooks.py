"""Plug points that the ini names by dotted name: one line each, as the ancestor had them."""

from __future__ import annotations

from typing import Any

from oidc_pyramid import plugins
from oidc_pyramid.compat import scope_claims, userinfo
from oidc_pyramid.compat.after import AfterEndSession, AfterLogin, SubGenerator
from oidc_pyramid.compat.processors import IdTokenHook, IntrospectionHook
from oidc_pyramid.interfaces import (
    IAccountsFactory,
    IAfterEndSession,
    IAfterLogin,
    IBrowserSessionsFactory,
    IClaims,
    IKeysFactory,
    ISubject,
    IThrottleFactory,
    ITokenProcessor,
)
from oidc_pyramid.runtime import Runtime

ONE = {
    "accounts": IAccountsFactory,
    "browser_sessions": IBrowserSessionsFactory,
    "keys": IKeysFactory,
    "throttle": IThrottleFactory,
}
ADAPTED = {
    "after_login_hook": (IAfterLogin, AfterLogin),
    "after_end_session_hook": (IAfterEndSession, AfterEndSession),
    "sub_generator": (ISubject, SubGenerator),
}
CHAINED = {
    "id_token_processing_hook": IdTokenHook,
    "introspection_processing_hook": IntrospectionHook,
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
    _ancestors(config, settings)


def _ancestors(config: Any, settings: Any) -> None:
    """The hooks of django-oidc-provider, in adapters."""
    for key, (interface, adapter) in ADAPTED.items():
        hook = config.maybe_dotted(getattr(settings, key) or None)
        if hook is not None:
            plugins.register_one(config, interface, adapter(hook))
    for key, wrapper in CHAINED.items():
        for position, hook in enumerate(getattr(settings, key)):
            processor = wrapper(config.maybe_dotted(hook), position)
            plugins.register(config, ITokenProcessor, processor)
    reader = userinfo.Reader(config.maybe_dotted(settings.userinfo_hook or None))
    standard = userinfo.suppliers(reader)
    extra = config.maybe_dotted(settings.extra_scope_claims or None)
    taken = scope_claims.methods(extra) if extra else set()
    if settings.userinfo_hook:
        userinfo.register(config, (one for name, one in standard.items() if name not in taken))
    if extra:
        scope_claims.register(config, extra, reader, standard)
