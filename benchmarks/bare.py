"""The floor of every figure: a Pyramid view that answers two letters."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.response import Response


def main(_config: dict[str, str], **settings: Any) -> Any:
    """For pserve."""
    with Configurator(settings=settings) as config:
        config.add_route("home", "/")
        config.add_view(lambda _request: Response("ok"), route_name="home")
    return config.make_wsgi_app()
