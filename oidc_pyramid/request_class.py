"""One class for all requests of the stand-alone provider.

Pyramid makes a new class for each request that has properties added by ``add_request_method``,
which costs as much as a small view. Where we are the whole application nothing can be added
after the start, so the class is made once. A subrequest has to be of it as well:
``registry.getUtility(IRequestFactory).blank(path)``.
"""

from __future__ import annotations

from typing import Any

from pyramid.interfaces import IRequestExtensions, IRequestFactory
from pyramid.request import Request

from oidc_pyramid.root import LATE


def includeme(config: Any) -> None:
    """After the last ``add_request_method``."""
    config.action(("oidc", "request class"), settle, args=(config.registry,), order=LATE + 30)


def settle(registry: Any) -> None:
    """Replace the request factory by a class that has what was added. A factory that is no class
    keeps Pyramid's own way."""
    extensions = registry.queryUtility(IRequestExtensions)
    factory = registry.queryUtility(IRequestFactory, default=Request)
    if extensions is None or not isinstance(factory, type):
        return
    added = {"__module__": factory.__module__, **extensions.methods, **extensions.descriptors}
    registry.registerUtility(type(factory.__name__, (factory,), added), IRequestFactory)
    extensions.methods.clear()
    extensions.descriptors.clear()
