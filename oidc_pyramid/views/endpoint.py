"""``@endpoint``: how each of our views is registered, the same explicit way for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

TEMPLATES = "oidc_pyramid.templates:"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What the derivers need to know of a view.

    ``cors`` is ``public`` (any origin, no credentials), ``client`` (the client's registered
    origins) or empty. ``popup`` pages may be opened in a window of the client's, ``framed`` ones
    in a frame. ``below`` is for a view that has a whole path of addresses.
    """

    methods: tuple[str, ...]
    cors: str = ""
    page: bool = False
    cacheable: bool = False
    framed: bool = False
    popup: bool = False
    below: bool = False


def endpoint(
    context: Any,
    name: str = "",
    *,
    methods: tuple[str, ...],
    cors: str = "",
    page: bool = False,
    cacheable: bool = False,
    framed: bool = False,
    popup: bool = False,
    renderer: str | None = None,
    depth: int = 0,
) -> Callable[[Any], Any]:
    """A view bound to one of our contexts. A host's default permission and CSRF options do not
    apply: endpoints authenticate clients, forms carry our own token. ``depth`` is for a decorator
    around this one: a scan has to see the module that uses it."""
    return view_config(
        context=context,
        name=name,
        permission=NO_PERMISSION_REQUIRED,
        require_csrf=False,
        renderer=None if renderer is None else f"{TEMPLATES}{renderer}.pt",
        oidc=Endpoint(methods, cors, page, cacheable, framed, popup),
        _depth=depth,
    )
