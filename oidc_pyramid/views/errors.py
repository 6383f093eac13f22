"""Errors to the right audience: a page, a redirect, JSON; the whole reason to the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from pyramid.exceptions import URLDecodeError
from pyramid.httpexceptions import HTTPException, HTTPMethodNotAllowed, HTTPNotFound
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid_retry import is_error_retryable
from transaction.interfaces import TransientError
from ZODB.POSException import POSError, StorageError

from oidc_pyramid.i18n import _
from oidc_pyramid.protocol.errors import (
    AuthorizationError,
    BearerError,
    Check,
    PageError,
    ProtocolError,
    TemporarilyUnavailable,
    TokenError,
    TooManyRequests,
)
from oidc_pyramid.protocol.outcomes import Sent
from oidc_pyramid.storage import DRIVER_ERRORS, ClassNotAllowed, DatabaseError
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.endpoint import TEMPLATES, Endpoint
from oidc_pyramid.views.held_back import answer
from oidc_pyramid.views.tracebacks import safe

log = logging.getLogger("oidc_pyramid.errors")

ErrorView = Callable[[Any, Any], Response]

ANY = Endpoint((), page=True)
BUSY = Check(
    "storage-available", "RFC 9110 §15.6.4", "Too much is happening at once.", "Try again."
)


def protocol_error(error: ProtocolError, request: Any) -> Response:
    """Nothing has happened: the transaction is aborted, the audience is told what it may know."""
    request.oidc.log_refusal(error)
    if isinstance(error, AuthorizationError) and request.oidc.reply is not None:
        return _answered(error, request)
    if isinstance(error, BearerError):
        return outcomes.bearer_error(request, error)
    if isinstance(error, TokenError):
        return outcomes.token_error(request, error)
    return _told(error, request)


def _answered(error: AuthorizationError, request: Any) -> Response:
    fields = {"error": error.error, "error_description": error.description}
    sent = Sent(request.oidc.reply, fields)
    return answer(request, sent)


def _told(error: ProtocolError, request: Any) -> Response:
    """A page for a person, JSON for a program."""
    endpoint = getattr(request.oidc, "endpoint", None)
    if endpoint is not None and not endpoint.page and not isinstance(error, PageError):
        body = {"error": error.error, "error_description": error.description}
        response = outcomes.json_response(body, error.status)
    else:
        response = page(request, error.error, error.check, status=error.status)
    if isinstance(error, (TemporarilyUnavailable, TooManyRequests)):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def page(request: Any, code: str, check: Check, *, status: int, title: str = "") -> Response:
    """The error page: what failed, and an id that finds the rest in the log."""
    settings = request.oidc.settings
    explain = None
    if settings.explain_errors:
        detail = request.oidc.private_detail
        explain = {"check": check.id, "spec": check.spec, "detail": detail, "fix": check.fix}
    values = {
        "error": code,
        "title": request.localizer.translate(title or _("This request can't be answered")),
        "message": request.localizer.translate(_(check.public)),
        "error_id": request.oidc.error_id,
        "explain": explain,
        "client": None,
    }
    response = render_to_response(f"{TEMPLATES}error.pt", values, request=request)
    response.status = f"{status} {HTTPStatus(status).phrase}"  # WebOb has no words for some
    return response


def not_found(_error: HTTPNotFound, request: Any) -> Response:
    """A page, or JSON where JSON was asked for; the same for what is not there and what is hidden."""
    check = Check("page-exists", "RFC 9110 §15.5.5", _("There is nothing at this address."))
    if _wants_json(request):
        return outcomes.json_response({"error": "not_found"}, 404)
    return page(request, "not_found", check, status=404, title=_("Not found"))


def method_not_allowed(error: HTTPMethodNotAllowed, request: Any) -> Response:
    """405 with ``Allow`` (RFC 9110 §15.5.6)."""
    body = {"error": "invalid_request", "error_description": "this method is not allowed here"}
    response = outcomes.json_response(body, 405)
    response.headers["Allow"] = error.headers["Allow"]
    return response


def http_exception(error: HTTPException, request: Any) -> Response:
    """Raised by a library: its status, our page."""
    if error.status_int < 400:
        return error
    check = Check("request-readable", "RFC 9110 §15.5.1", _("The request can't be read."))
    return page(request, "invalid_request", check, status=error.status_int)


def undecodable(error: UnicodeDecodeError | URLDecodeError, request: Any) -> Response:
    """A path or parameter that is no UTF-8."""
    check = Check("utf-8", "RFC 3986 §2.5", _("The address is not valid UTF-8."))
    return page(request, "invalid_request", check, status=400)


def busy(error: Exception, request: Any) -> Response:
    """A conflict that outlived the retries, or a storage that can't be reached: our fault, 503.

    A storage that is gone has made us wait for it already: the next one to ask may find it back.
    """
    if isinstance(error, StorageError):
        request.environ["retry.attempts"] = request.environ.get("retry.attempt", 0) + 1
    if is_error_retryable(request, error):
        return Response(status=503)  # nobody sees it: the request is tried again
    if not isinstance(error, TransientError):
        request.oidc.cors_client = None  # what it is made of may be what can't be read
    log.warning("%s storage: %s: %s", request.oidc.error_id, type(error).__name__, error)
    unavailable = TemporarilyUnavailable(BUSY)
    unavailable.retry_after = request.oidc.settings.retry_after
    return _told(unavailable, request)


def unexpected(error: Exception, request: Any) -> Response:
    """A defect: the traceback goes to the log without the values of templates."""
    if _is_storages(error):
        return busy(error, request)
    log.error("%s unexpected %s", request.oidc.error_id, type(error).__name__, exc_info=safe(error))
    check = Check("server", "RFC 9110 §15.6.1", _("Something went wrong on our side."))
    endpoint = getattr(request.oidc, "endpoint", None)
    if endpoint is not None and not endpoint.page:
        return outcomes.json_response({"error": "server_error"}, 500)
    return page(request, "server_error", check, status=500)


def _last_resort(view: ErrorView) -> ErrorView:
    """When even the page of an error fails, nothing of it reaches the server's own log."""

    def guarded(error: Any, request: Any) -> Response:
        try:
            return view(error, request)
        except Exception as failed:
            if _is_storages(failed) or isinstance(failed, STORAGE):
                return _plainly_busy(failed, request)
            what = (request.oidc.error_id, type(failed).__name__)
            log.error("%s the page of an error failed %s", *what, exc_info=safe(failed))  # noqa: TRY400 - made safe
            return Response(f"Error {what[0]}", status=500, content_type="text/plain")

    return guarded


def _is_storages(error: BaseException) -> bool:
    """Extensions in C may let go on after a storage has failed: Python notices at the next call,
    whatever that is, and says so with a ``SystemError`` that the failure has caused."""
    return isinstance(error, SystemError) and isinstance(error.__cause__, STORAGE)


def _plainly_busy(failed: Exception, request: Any) -> Response:
    """The storage is what failed, and the page with it."""
    name = type(failed.__cause__ or failed).__name__
    log.warning("%s storage, and then the page: %s", request.oidc.error_id, name)
    headers = {"Retry-After": str(request.oidc.settings.retry_after)}
    return Response(BUSY.public, status=503, content_type="text/plain", headers=headers)


def _wants_json(request: Any) -> bool:
    return "application/json" in request.headers.get("Accept", "")


STORAGE = (TransientError, POSError, ClassNotAllowed, *DRIVER_ERRORS, DatabaseError)
VIEWS: tuple[tuple[type[BaseException], Any], ...] = (
    (ProtocolError, protocol_error),
    (HTTPNotFound, not_found),
    (HTTPMethodNotAllowed, method_not_allowed),
    (HTTPException, http_exception),
    (URLDecodeError, undecodable),
    (UnicodeDecodeError, undecodable),
    *((error, busy) for error in STORAGE),
    (OSError, busy),
    (Exception, unexpected),
)


def includeme(config: Any) -> None:
    """Exception views that act on our requests alone: a host keeps its own."""
    for context, view in VIEWS:
        config.add_exception_view(
            _last_resort(view),
            context=context,
            oidc=ANY,
            oidc_request=True,
        )
