"""The table of contents: what ``config.include("oidc_pyramid")`` puts together, in order."""

from __future__ import annotations

import inspect
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pyramid_retry import IBeforeRetry

from oidc_pyramid import founding, hooks, plugins, storage, throttle
from oidc_pyramid.accounts import OwnAccounts
from oidc_pyramid.browser_sessions import OwnSessions
from oidc_pyramid.host_sessions import HostSessions
from oidc_pyramid.interfaces import (
    IAccountsFactory,
    IBrowserSessionsFactory,
    IKeysFactory,
    IThrottleFactory,
)
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.requests import OIDC
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.safe import RingKeysFactory
from oidc_pyramid.settings import read_settings
from oidc_pyramid.transactions import IsOurs, back_off
from oidc_pyramid.views.derivers import oidc_view

CONTENTS = (
    "claims",
    "client_auth",
    "grant_types",
    "prompts",
    "response_modes",
    "response_types",
    "token_formats",
)
PAGES = ("views", "account")


def includeme(config: Any) -> None:
    """Settings, storage, plug-ins, views, routes; then what the settings name."""
    founding.before_settings(config.registry.settings)
    settings = read_settings(config.registry.settings)
    runtime = Runtime(settings, Passwords(settings), database=settings.database)
    config.registry.registerUtility(runtime, Runtime.interface)
    config.include("oidc_pyramid.transactions")
    storage.includeme(config, create=settings.development)
    founding.includeme(config)
    config.add_request_method(OIDC, "oidc", reify=True)
    config.include("oidc_pyramid.plugins")
    config.add_view_deriver(oidc_view)
    config.add_view_predicate("oidc_request", IsOurs)
    config.include("oidc_pyramid.pages")
    config.include(ours)
    config.include("oidc_pyramid.views.errors")
    config.include("oidc_pyramid.root")
    hooks.includeme(config)
    config.include("oidc_pyramid.protection")
    config.include("oidc_pyramid.audit")
    config.include("oidc_pyramid.consistency")
    for module in settings.include:
        _include_over_ours(config, module)
    config.include("oidc_pyramid.delivery")
    config.include("oidc_pyramid.upkeep")
    config.add_subscriber(back_off, IBeforeRetry)


def ours(config: Any) -> None:
    """One level deeper than what the settings name, so that by Pyramid's include rule theirs
    wins; a host's own registration stands above both."""
    _defaults(config)
    for package in CONTENTS:
        config.scan(f"oidc_pyramid.{package}", categories=(plugins.CATEGORY,))
    config.include("oidc_pyramid.scopes")
    for package in PAGES:
        config.scan(f"oidc_pyramid.{package}", categories=("pyramid",))


def import_contents() -> None:
    """Every module that ``ours`` will look for. A server that does this before it forks has
    workers that start in a fraction of the time; nothing is opened, and no thread begins."""
    for package in (*CONTENTS, *PAGES):
        found = import_module(f"oidc_pyramid.{package}")
        for module in iter_modules(found.__path__, f"{found.__name__}."):
            import_module(module.name)
    import_module("oidc_pyramid.standalone")


def _include_over_ours(config: Any, module: Any) -> None:
    """Call ``includeme`` at our own level: what it registers replaces ours of the same name."""
    module = config.maybe_dotted(module)
    includeme = getattr(module, "includeme", module)
    includeme(config.with_package(inspect.getmodule(module)))


def _defaults(config: Any) -> None:
    """Our own people, sessions, keys and throttle; a host replaces any of them."""

    def accounts(request: Any) -> OwnAccounts:
        oidc = request.oidc
        return OwnAccounts(oidc.provider, oidc.runtime.passwords, request.environ)

    plugins.register_one(config, IAccountsFactory, accounts)
    settings = config.registry.getUtility(Runtime.interface).settings
    sessions = HostSessions if settings.login_url else OwnSessions
    plugins.register_one(config, IBrowserSessionsFactory, sessions)
    plugins.register_one(config, IKeysFactory, RingKeysFactory())
    plugins.register_one(config, IThrottleFactory, throttle.make)
