"""The only place where outcomes and errors become HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pyramid.renderers import render_to_response
from pyramid.response import Response

from oidc_pyramid.interfaces import IResponseMode
from oidc_pyramid.protocol.errors import BearerError, TokenError
from oidc_pyramid.protocol.outcomes import Issued, Refused, Sent, Transport
from oidc_pyramid.protocol.redirect_uri import origin_of
from oidc_pyramid.views.endpoint import TEMPLATES
from oidc_pyramid.views.headers import content_security_policy

_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def json_response(body: Mapping[str, object], status: int = 200) -> Response:
    """UTF-8 JSON, without a charset (RFC 8259 §8.1, §11)."""
    headers = [("Content-Type", "application/json")]
    return Response(_json(body).encode(), status=status, headerlist=headers)


def token_response(request: Any, outcome: Issued | Refused) -> Response:
    """RFC 6749 §5.1; a refusal has done something that must be committed."""
    if isinstance(outcome, Refused):
        request.oidc.log_refusal(outcome.error)
        return token_error(request, outcome.error)
    return json_response(outcome.body, outcome.status)


def token_error(request: Any, error: TokenError) -> Response:
    """RFC 6749 §5.2; a 401 always names a scheme (RFC 9110 §15.5.2)."""
    body = {"error": error.error, "error_description": error.description}
    response = json_response(body, error.status)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = f'Basic realm="{request.oidc.settings.issuer}"'
    return response


def bearer_error(request: Any, error: BearerError) -> Response:
    """RFC 6750 §3: the challenge, and the same in JSON for people who look."""
    parts = [f'realm="{request.oidc.settings.issuer}"']
    body: dict[str, object] = {}
    if error.names_error:
        parts += [f'error="{error.error}"', f'error_description="{error.description}"']
        body = {"error": error.error, "error_description": error.description}
    if error.scope:
        parts.append(f'scope="{" ".join(error.scope)}"')
    response = json_response(body, error.status)
    response.headers["WWW-Authenticate"] = "Bearer " + ", ".join(parts)
    return response


def see_other(location: str) -> Response:
    """303: a POST with a password is never repeated elsewhere (RFC 9700 §4.12).

    The header is written as it is: WebOb would rewrite private-use schemes.
    """
    response = Response(status=303, content_type=None, charset=None)
    response.headers["Location"] = location
    return response


def send(request: Any, sent: Sent) -> Response:
    """An authorization response, in its response mode, with state and iss."""
    mode = request.oidc.plugin(IResponseMode, sent.reply.mode)
    transport: Transport = mode.deliver(sent.reply, sent.reply.fields(sent.parameters))
    if transport.location is not None:
        return see_other(transport.location)
    return _posted(request, transport)


def _posted(request: Any, transport: Transport) -> Response:
    """Form Post Response Mode §2; the form's target is the one place it may go."""
    values = {"action": transport.action, "fields": list(transport.fields)}
    response = render_to_response(f"{TEMPLATES}form_post.pt", values, request=request)
    target = origin_of(transport.action or "") or "'none'"
    response.headers["Content-Security-Policy"] = content_security_policy(form_action=target)
    return response
