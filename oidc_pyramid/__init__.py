"""An OpenID Connect provider and OAuth 2.0 authorization server for Pyramid, on ZODB."""

from __future__ import annotations

from pathlib import Path as _Path
from typing import Any

if not (_Path(__file__).parent / "templates").is_dir():
    __path__.append(str(_Path(__file__).parent.parent))  # a source checkout


def main(global_config: dict[str, str], **settings: Any) -> Any:
    """The stand-alone provider for ``pserve`` (``use = egg:oidc_pyramid``)."""
    # Here, so that importing a part of the package does not import the whole of Pyramid.
    from pyramid.config import Configurator

    from oidc_pyramid.refusal import one_sentence
    from oidc_pyramid.standalone import spare_collections

    settings.setdefault("tm.annotate_user", "false")
    settings.setdefault("tm.manager_hook", "pyramid_tm.explicit_manager")
    with one_sentence(), Configurator(settings=settings) as config:
        config.include("oidc_pyramid")
        config.include("oidc_pyramid.standalone")
    app = config.make_wsgi_app()
    spare_collections()
    return app


def includeme(config: Any) -> None:
    """Add the provider to an application: ``config.include("oidc_pyramid", route_prefix="/id")``."""
    from oidc_pyramid.refusal import one_sentence

    with one_sentence():
        config.include("oidc_pyramid.assembly")
