"""Before the first request: is everything there that the settings enable?"""

from __future__ import annotations

from typing import Any

from pyramid.exceptions import ConfigurationError

from oidc_pyramid import interfaces
from oidc_pyramid.plugins import Plugins, verify
from oidc_pyramid.prompts.levels import SIGN_IN
from oidc_pyramid.prompts.order import ordered
from oidc_pyramid.refusal import one_sentence
from oidc_pyramid.root import LATE
from oidc_pyramid.runtime import Runtime

ENABLED = {
    "grant_types": interfaces.IGrantType,
    "response_modes": interfaces.IResponseMode,
    "client_auth": interfaces.IClientAuth,
}


def problems(registry: Any) -> list[str]:
    """A sentence for each setting that names a plug-in which nobody registered."""
    settings = registry.getUtility(Runtime.interface).settings
    plugins = Plugins(registry)
    found = []
    for key, interface in ENABLED.items():
        found += _unknown(key, getattr(settings, key), plugins.names(interface))
    types = {name for one in settings.response_types for name in one.split()}
    found += _unknown("response_types", types, plugins.names(interfaces.IResponseType))
    found += _beyond_levels(settings.acr_values, plugins.all(interfaces.IPrompt))
    formats = plugins.names(interfaces.ITokenFormat)
    found += _unknown("access_token_format", (settings.access_token_format,), formats)
    asked = {resource.format for resource in settings.resources if resource.format}
    found += _unknown("resources", asked, formats)
    return found


def _unknown(key: str, enabled: Any, registered: tuple[str, ...]) -> list[str]:
    return [
        f"oidc.{key} enables {name!r}, which no plug-in provides; there are {', '.join(registered)}"
        for name in enabled
        if name not in registered
    ]


def _beyond_levels(levels: tuple[str, ...], prompts: list[Any]) -> list[str]:
    return [
        f"the prompt {prompt.name} reaches {prompt.acr!r}, which oidc.acr_values does not name"
        for prompt in prompts
        if getattr(prompt, "acr", "") and prompt.acr not in levels
    ]


def includeme(config: Any) -> None:
    """Check when everything has been registered; the prompts must have an order too."""

    def check() -> None:
        found = problems(config.registry)
        if found:
            with one_sentence():
                raise ConfigurationError("\n".join(found))
        prompts = Plugins(config.registry).all(interfaces.IPrompt)
        for prompt in ordered(tuple(prompts)):
            if getattr(prompt, "acr", "") and prompt.name != SIGN_IN:
                verify(interfaces.IStepUp, prompt)

    config.action(("oidc", "consistency"), check, order=LATE + 10)
