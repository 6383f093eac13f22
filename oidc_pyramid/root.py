"""One route, one tree: ``/*traverse`` below whatever prefix the host has chosen."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pyramid.config import PHASE3_CONFIG
from pyramid.security import NO_PERMISSION_REQUIRED

from oidc_pyramid.interfaces import INode, IProvider
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.views.endpoint import Endpoint

ROUTE = "oidc"
BARE = "oidc_bare"
STATIC = "oidc_static"
AT_HOSTS_ROOT = {
    "openid-configuration": "oidc_pyramid.views.well_known.openid_configuration",
    "oauth-authorization-server": "oidc_pyramid.views.well_known.oauth_authorization_server",
}
WEBFINGER = "oidc_root_webfinger"
ROUTES = frozenset(
    {ROUTE, BARE, STATIC, WEBFINGER, *(f"oidc_root_{document}" for document in AT_HOSTS_ROOT)}
)
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


def add_oidc_root_metadata(config: Any) -> None:
    """Directive: the metadata of an issuer with a path, at the host's root, and WebFinger, which is
    nowhere else.

    RFC 8414 §3.1 puts ``https://host.example/id``'s at
    ``https://host.example/.well-known/oauth-authorization-server/id``; without a path it is
    there already.
    """
    settings = config.registry.getUtility(Runtime.interface).settings
    path = urlsplit(settings.issuer).path
    if not path:
        return
    prefix, config.route_prefix = config.route_prefix, None
    addresses = [
        (f"oidc_root_{document}", f"/.well-known/{document}{path}", view)
        for document, view in AT_HOSTS_ROOT.items()
    ]
    if settings.webfinger:
        view = "oidc_pyramid.views.webfinger.webfinger"
        addresses.append((WEBFINGER, "/.well-known/webfinger", view))
    for name, pattern, view in addresses:
        config.add_route(name, pattern, factory=factory)
        config.add_view(
            view,
            route_name=name,
            permission=NO_PERMISSION_REQUIRED,
            require_csrf=False,
            oidc=Endpoint(("GET",), cors="public", cacheable=True),
        )
    config.route_prefix = prefix


def set_oidc_in_tree(config: Any) -> None:
    """Directive: we answer where the host's tree has ``request.oidc.provider``, not by a route.

    The issuer and the ``route_prefix`` of the include must name that place.
    """

    def forget_routes() -> None:
        mapper = config.get_routes_mapper()
        mapper.routelist[:] = [r for r in mapper.routelist if r.name not in (ROUTE, BARE)]

    config.action(("oidc", "in tree"), forget_routes, order=LATE + 1)


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
    config.add_directive("add_oidc_root_metadata", add_oidc_root_metadata)
    config.add_directive("set_oidc_in_tree", set_oidc_in_tree)
