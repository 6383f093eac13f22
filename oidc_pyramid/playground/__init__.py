"""A demo relying party in the same server: the code flow, step by step, over real HTTP.

For development alone: ``oidc.include = oidc_pyramid.playground``.
"""

from __future__ import annotations

from typing import Any

from pyramid.exceptions import ConfigurationError

from oidc_pyramid.runtime import IRuntime


def includeme(config: Any) -> None:
    """Refuses outside development: the playground shows tokens and knows a public secret."""
    runtime = config.registry.queryUtility(IRuntime)
    if runtime is None or not runtime.settings.development:
        raise ConfigurationError(
            "oidc_pyramid.playground is for development: set oidc.development = true, and name it "
            "in oidc.include"
        )
