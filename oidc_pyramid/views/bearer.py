"""Reading an access token off a request (RFC 6750 §2)."""

from __future__ import annotations

import re
from typing import Any

from oidc_pyramid.anchors import Standing, token_standing
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.errors import (
    InsufficientScope,
    InvalidBearerRequest,
    InvalidRequest,
    InvalidToken,
    MissingToken,
)
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.requests import FORM
from oidc_pyramid.throttle import network_of
from oidc_pyramid.views import scanning

_HEADER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]+=*)")
MAX_TOKEN = 8192


def bearer_token(request: Any, *, body: bool = True) -> str:
    """The one token that was sent, in the header or where the settings allow it.

    Raises ``MissingToken`` or ``InvalidBearerRequest``. Without ``body`` that is left unread.
    """
    inside = _body(request) if body else None
    found = [text for text in (_header(request), inside, _query(request)) if text]
    if not found:
        request.oidc.cors_anybody = True
        raise MissingToken("an access token is needed", spec="RFC 6750 §3.1")
    if len(found) > 1:
        raise InvalidBearerRequest("the access token is sent twice", spec="RFC 6750 §3.1")
    return found[0]


def _header(request: Any) -> str | None:
    header = request.environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    match = _HEADER.fullmatch(header)
    if match is None or len(header) > MAX_TOKEN:
        if not header.lower().startswith("bearer"):
            return None
        raise InvalidBearerRequest("the Authorization header is malformed", spec="RFC 6750 §2.1")
    return match[1]


def _body(request: Any) -> str | None:
    if request.method != "POST" or request.content_type != FORM:
        return None
    try:
        sent: str | None = request.oidc.params().get("access_token")
    except InvalidRequest as error:
        raise InvalidBearerRequest(error.check, private=error.private) from error
    if sent is not None and not request.oidc.settings.bearer_in_body:
        raise InvalidBearerRequest("no access token in the body here", spec="RFC 6750 §2.2")
    return sent


def _query(request: Any) -> str | None:
    if not request.environ.get("QUERY_STRING"):
        return None
    try:
        sent = Params(request.oidc.query()).get("access_token")
    except InvalidRequest as error:
        raise InvalidBearerRequest(error.check, private=error.private) from error
    if sent is not None and not request.oidc.settings.bearer_in_query:
        raise InvalidBearerRequest("no access token in the query here", spec="RFC 9700 §4.3.2")
    return sent


def _known(request: Any, text: str) -> AccessToken | None:
    """The token if it is good. A script may learn from its client's own origin why not; nobody is
    told more about what never was a token than that."""
    issuer = request.oidc.issuer
    authentic: AccessToken | None = issuer.authentic_access_token(text)
    if authentic is None:
        request.oidc.cors_anybody = True
        scanning.unknown(request, network_of(request.remote_addr))
        return None
    request.oidc.cors_client = issuer.provider.clients.get(authentic.client_id)
    return authentic if issuer.is_good(authentic) else None


def authorize_bearer(
    request: Any, *scopes: str, audience: str | None = None, body: bool = True
) -> tuple[AccessToken, Standing]:
    """The token and what it still stands for; raises ``BearerError``.

    ``audience`` is who we are for this token; None for whatever our own endpoints are.
    """
    issuer = request.oidc.issuer
    token = _known(request, bearer_token(request, body=body))
    found = None if token is None else token_standing(issuer, token)
    if token is None or found is None:
        raise InvalidToken("the access token is unknown, expired or ended", spec="RFC 6750 §3.1")
    if (audience or issuer.name) not in token.audience:
        raise InvalidToken("the access token is for another resource", spec="RFC 8707 §2")
    if not set(scopes) <= set(found.scope):
        raise InsufficientScope("the access token does not reach this far", scope=scopes)
    return token, found
