"""Our own pages' forms: read strictly, checked against this browser and this question."""

from __future__ import annotations

from typing import Any

from oidc_pyramid import csrf
from oidc_pyramid.protocol.errors import InvalidRequest, PageError
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.views.interactions import binding_cookie


def form_token(request: Any, *about: str) -> str:
    """The hidden ``csrf_token`` of a form; ``about`` is everything that the form decides."""
    return csrf.token(request.oidc.issuer.opened.csrf_key, binding_cookie(request), *about)


def read_form(request: Any, *about: str) -> Params:
    """The fields of a form of ours; raises ``PageError`` for any other."""
    try:
        params: Params = request.oidc.params()
    except InvalidRequest as error:
        raise PageError(error.check, private=error.private) from error
    csrf.check(request, form_token(request, *about), params.get("csrf_token"))
    return params


def own_path(request: Any, *path: str) -> str:
    """The path of one of our pages, from the issuer: forms post to where they came from."""
    return str(request.oidc.url(*path))
