"""What surrounds each view of ours: methods, CORS, headers, cookies, events after the commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPMethodNotAllowed, HTTPNotFound
from pyramid.response import Response

from oidc_pyramid.root import is_ours
from oidc_pyramid.views import address, cors, headers
from oidc_pyramid.views.endpoint import Endpoint

View = Callable[[Any, Any], Any]


def oidc_view(view: View, info: Any) -> View:
    """A view with our option is wrapped; one without it is a 404 on our route.

    A host's context-less view would otherwise answer below our tree.
    """
    options: Endpoint | None = info.options.get("oidc")
    if options is None:
        return _foreign(view)
    return _ours(view, options, info.options.get("name", ""))


oidc_view.options = ("oidc",)  # type: ignore[attr-defined]


def _foreign(view: View) -> View:
    def guarded(context: Any, request: Any) -> Any:
        if getattr(request, "exception", None) is None and is_ours(request):
            raise HTTPNotFound
        return view(context, request)

    return guarded


def _ours(view: View, options: Endpoint, name: str) -> View:
    allowed = _with_head(options)

    def wrapped(context: Any, request: Any) -> Any:
        if not options.cors:  # programs are told in English
            request.oidc.choose_language()
        if allowed:
            request.oidc.endpoint = options
            address.check(request, name, below=options.below)
        if request.method == "OPTIONS" and options.cors:
            response = Response(status=204)
            cors.preflight(response, options.methods)
            return finish(request, response, options)
        if allowed and request.method not in allowed:
            raise HTTPMethodNotAllowed(headers={"Allow": ", ".join(allowed)})
        if allowed:
            _note(request, name)
        return finish(request, view(context, request), options)

    return wrapped


def _with_head(options: Endpoint) -> tuple[str, ...]:
    return (*options.methods, "HEAD") if "GET" in options.methods else options.methods


def _note(request: Any, name: str) -> None:
    """The transaction is described by the view's name: a path could hold a seal."""
    if "tm.active" in request.environ:
        request.tm.get().description = name or "index"


def finish(request: Any, response: Any, options: Endpoint) -> Any:
    """Headers, cookies, CORS; and what is to be told once the commit has succeeded.

    An error has undone everything: cookies that name what was not saved are not sent.
    """
    asked = request.oidc.endpoint or options
    headers.secure(
        response,
        request.oidc.settings,
        cacheable=options.cacheable,
        framed=options.framed,
        popup=asked.popup,
    )
    if asked.cors:
        cors.answer(request, response, asked.cors)
    if getattr(request, "exception", None) is None:
        request.oidc.send_cookies(response)
        request.oidc.announce_after_commit()
    return response
