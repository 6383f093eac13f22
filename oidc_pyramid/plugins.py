"""The one registration mechanism: a named utility per plug-in, by decorator or directive.

``@plugin(IGrantType)`` on a class plus ``config.scan()``, or
``config.add_oidc_grant_type(instance)``: both end here. Two registrations of one name conflict
at start-up; a host's own wins over ours by Pyramid's include rule; an incomplete plug-in stops
the start-up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import venusian
from zope.interface import Interface
from zope.interface.exceptions import Invalid
from zope.interface.verify import verifyObject

from oidc_pyramid import interfaces

CATEGORY = "oidc_pyramid"

MANY: dict[str, type[Interface]] = {
    "client_auth": interfaces.IClientAuth,
    "grant_type": interfaces.IGrantType,
    "response_type": interfaces.IResponseType,
    "response_mode": interfaces.IResponseMode,
    "token_format": interfaces.ITokenFormat,
    "prompt": interfaces.IPrompt,
    "claims": interfaces.IClaims,
    "request_policy": interfaces.IRequestPolicy,
    "metadata": interfaces.IMetadata,
    "registration_policy": interfaces.IRegistrationPolicy,
    "token_processor": interfaces.ITokenProcessor,
}
ONE: dict[str, type[Interface]] = {
    "accounts": interfaces.IAccountsFactory,
    "browser_sessions": interfaces.IBrowserSessionsFactory,
    "keys": interfaces.IKeysFactory,
    "throttle": interfaces.IThrottleFactory,
    "subject": interfaces.ISubject,
    "after_login": interfaces.IAfterLogin,
    "after_end_session": interfaces.IAfterEndSession,
}

T = TypeVar("T")


class IncompletePlugin(Invalid):
    """A plug-in lacks an attribute or method of its interface."""


def plugin(interface: type[Interface]) -> Callable[[type[T]], type[T]]:
    """Register an instance of the class under its ``name`` when its module is scanned."""

    def decorate(cls: type[T]) -> type[T]:
        def callback(scanner: Any, _name: str, found: type[T]) -> None:
            register(scanner.config.with_package(info.module), interface, found())

        info = venusian.attach(cls, callback, category=CATEGORY)
        return cls

    return decorate


def register(
    config: Any, interface: type[Interface], utility: Any, name: str | None = None
) -> None:
    """One action: discriminator (interface, name), an introspectable, a verified utility."""
    utility = config.maybe_dotted(utility)
    if isinstance(utility, type):
        utility = utility()
    name = utility.name if name is None else name
    verify(interface, utility)
    kind = interface.__name__
    entry = config.introspectable(
        f"oidc {kind}", name, config.object_description(utility), f"{kind} {name}"
    )
    entry["name"], entry["interface"], entry["utility"] = name, interface, utility

    def action() -> None:
        config.registry.registerUtility(utility, interface, name=name)

    config.action(("oidc", kind, name), action, introspectables=(entry,))


def verify(interface: type[Interface], utility: Any) -> None:
    """Stop the start-up where an attribute or method is missing."""
    try:
        verifyObject(interface, utility, tentative=True)
    except Invalid as error:
        msg = f"{utility!r} is not a complete {interface.__name__}: {error}"
        raise IncompletePlugin(msg) from error


def register_one(config: Any, interface: type[Interface], factory: Any) -> None:
    """The one-of plug points: an unnamed utility; the host's replaces ours."""
    factory = config.maybe_dotted(factory)
    kind = interface.__name__
    entry = config.introspectable(f"oidc {kind}", kind, config.object_description(factory), kind)
    entry["name"], entry["interface"], entry["utility"] = "", interface, factory

    def action() -> None:
        config.registry.registerUtility(factory, interface)

    config.action(("oidc", kind), action, introspectables=(entry,))


class Plugins:
    """Look plug-ins up in one component registry."""

    __slots__ = ("_registry",)

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def get(self, interface: type[Interface], name: str = "") -> Any:
        """The plug-in of that wire value, or None."""
        return self._registry.queryUtility(interface, name=name)

    def names(self, interface: type[Interface]) -> tuple[str, ...]:
        """Every registered wire value, sorted."""
        return tuple(sorted(name for name, _ in self._registry.getUtilitiesFor(interface)))

    def all(self, interface: type[Interface]) -> list[Any]:
        """Every plug-in of the interface, by name."""
        return [utility for _, utility in sorted(self._registry.getUtilitiesFor(interface))]


def includeme(config: Any) -> None:
    """Add ``config.add_oidc_*`` for the many and ``config.set_oidc_*`` for the one."""
    for suffix, interface in MANY.items():
        config.add_directive(f"add_oidc_{suffix}", _adder(interface))
    for suffix, interface in ONE.items():
        config.add_directive(f"set_oidc_{suffix}", _setter(interface))
    config.add_directive("add_oidc_scope", add_oidc_scope)


def _adder(interface: type[Interface]) -> Callable[..., None]:
    def directive(config: Any, utility: Any, name: str | None = None) -> None:
        register(config, interface, utility, name)

    return directive


def _setter(interface: type[Interface]) -> Callable[..., None]:
    def directive(config: Any, factory: Any) -> None:
        register_one(config, interface, factory)

    return directive


class Scope:
    """What a scope means to a person: shown on the consent page (a translation string or text)."""

    __slots__ = ("description", "icon", "name", "title")

    def __init__(self, name: str, title: str, description: str = "", icon: str = "key") -> None:
        self.name, self.title, self.description, self.icon = name, title, description, icon


def add_oidc_scope(
    config: Any, name: str, title: str, description: str = "", icon: str = "key"
) -> None:
    """Directive: a scope that clients may ask for, in words for the consent page."""
    scope = Scope(name, title, description, icon)
    entry = config.introspectable("oidc IScope", name, title, f"scope {name}")
    entry["name"], entry["interface"], entry["utility"] = name, interfaces.IScope, scope

    def action() -> None:
        config.registry.registerUtility(scope, interfaces.IScope, name=name)

    config.action(("oidc", "IScope", name), action, introspectables=(entry,))
