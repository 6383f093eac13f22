"""One route, one tree: ``/*traverse`` below whatever prefix the host has chosen."""

from __future__ import annotations

from typing import Any

from pyramid.config import PHASE3_CONFIG

from oidc_pyramid.interfaces import INode, IProvider
from oidc_pyramid.runtime import Runtime

ROUTE = "oidc"
BARE = "oidc_bare"
ROUTES = frozenset({ROUTE, BARE})
LATE = PHASE3_CONFIG + 50


def factory(request: Any) -> IProvider:
    """The provider. A client-sent ``X-Vhm-Root`` would re-root traversal: it is dropped."""
    request.environ.pop("HTTP_X_VHM_ROOT", None)
    return request.oidc.provider


def is_ours(request: Any) -> bool:
    """True on our route, where a host has hung the provider into its own tree, and for an address
    below our prefix that could not even be decoded."""
    route = getattr(request, "matched_route", None)
    if route is not None:
        return route.name in ROUTES
    context = getattr(request, "context", None)
    if context is None or isinstance(context, Exception):
        return below_prefix(request)
    return INode.providedBy(context)


def below_prefix(request: Any) -> bool:
    """Everything is, where we are the whole application."""
    runtime = request.registry.getUtility(Runtime.interface)
    if runtime.standalone:
        return True
    path = request.environ.get("PATH_INFO", "")
    return bool(runtime.prefix != "/" and path.startswith(runtime.prefix + "/"))


def includeme(config: Any) -> None:
    """Add the route and let it match last, so that it does not swallow a host's own routes.

    Without a prefix ``/*traverse`` matches everything; routes that a host adds after the include
    must come first all the same.
    """
    options = {"factory": factory, "use_global_views": True}
    if config.route_prefix:
        config.add_route(BARE, "", inherit_slash=True, **options)
    config.add_route(ROUTE, "/*traverse", **options)

    def match_last() -> None:
        mapper = config.get_routes_mapper()
        route = mapper.get_route(ROUTE)
        mapper.routelist.remove(route)
        mapper.routelist.append(route)

    config.action(("oidc", "route order"), match_last, order=LATE)
