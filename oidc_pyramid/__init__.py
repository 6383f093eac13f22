"""An OpenID Connect provider and OAuth 2.0 authorization server for Pyramid, on ZODB."""

from __future__ import annotations

import os as _os
from typing import Any

if not _os.path.isdir(_os.path.join(_os.path.dirname(__file__), "templates")):
    __path__.append(_os.path.dirname(_os.path.dirname(__file__)))  # a source checkout


def main(global_config: dict[str, str], **settings: Any) -> Any:
    """The stand-alone provider for ``pserve`` (``use = egg:oidc_pyramid``)."""
    from pyramid.config import Configurator

    from oidc_pyramid.runtime import IRuntime

    settings.setdefault("tm.annotate_user", "false")
    settings.setdefault("tm.manager_hook", "pyramid_tm.explicit_manager")
    with Configurator(settings=settings) as config:
        config.include("oidc_pyramid")
        config.registry.getUtility(IRuntime).standalone = True
    return config.make_wsgi_app()


def includeme(config: Any) -> None:
    """Add the provider to an application: ``config.include("oidc_pyramid", route_prefix="/id")``."""
    config.include("oidc_pyramid.assembly")
