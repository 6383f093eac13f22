"""One route, one tree: ``/*traverse`` below whatever prefix the host has chosen."""

from __future__ import annotations

from typing import Any

from pyramid.config import PHASE3_CONFIG

from oidc_pyramid.interfaces import INode, IProvider

ROUTE = "oidc"
BARE = "oidc_bare"
ROUTES = frozenset({ROUTE, BARE})
LATE = PHASE3_CONFIG + 50


def factory(request: Any) -> IProvider:
    """The provider. A client-sent ``X-Vhm-Root`` would re-root traversal: it is dropped."""
    request.environ.pop("HTTP_X_VHM_ROOT", None)
    return request.oidc.provider  # type: ignore[no-any-return]


def is_ours(request: Any) -> bool:
    """True on our route, and where a host has hung the provider into its own tree."""
    route = getattr(request, "matched_route", None)
    if route is not None and route.name in ROUTES:
        return True
    return INode.providedBy(getattr(request, "context", None))


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
