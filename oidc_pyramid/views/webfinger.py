"""``/.well-known/webfinger``: where somebody signs in, found by their address (Discovery §2)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from oidc_pyramid.interfaces import IWellKnown
from oidc_pyramid.protocol.errors import InvalidRequest
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.protocol.webfinger import descriptor, host_of
from oidc_pyramid.views import address
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.outcomes import json_response


@endpoint(IWellKnown, "webfinger", methods=("GET",), cors="public", cacheable=True)
def webfinger(_context: Any, request: Any) -> Response:
    """Every identifier at a host of ours has the same answer, whether there is such a person or
    not."""
    settings = request.oidc.settings
    if not settings.webfinger:
        raise HTTPNotFound
    params = Params(request.oidc.query(), repeatable=("rel",))
    params.check_all()
    resource = params.required("resource")
    if _host(resource) not in address.hosts(settings.issuer, settings.hosts):
        raise HTTPNotFound
    response = json_response(descriptor(resource, settings.issuer, params.all("rel")))
    response.content_type = "application/jrd+json"
    response.headers["Access-Control-Allow-Origin"] = "*"  # whatever oidc.cors_public says (§5)
    response.headers["Cache-Control"] = f"public, max-age={settings.discovery_max_age}"
    return response


def _host(resource: str) -> str | None:
    try:
        return host_of(resource)
    except ValueError as error:
        raise InvalidRequest(
            str(error), check="webfinger-resource", spec="RFC 7033 §4.2"
        ) from error
