"""A client manages its own registration: traversal is RFC 7592 (``/clients/{client_id}``)."""

from __future__ import annotations

import hmac
from typing import Any

from pyramid.response import Response

from oidc_pyramid.events import ClientDeleted
from oidc_pyramid.interfaces import IClient
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.registration import digest
from oidc_pyramid.protocol.errors import InvalidClientMetadata, InvalidToken
from oidc_pyramid.protocol.outcomes import Issued
from oidc_pyramid.registration import answer_of, give_registration_token, give_secret, judged
from oidc_pyramid.views.bearer import bearer_token
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.outcomes import token_response
from oidc_pyramid.views.registration import read_document

OURS_ALONE = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)


@endpoint(IClient, methods=("GET", "PUT", "DELETE"), cors="public")
def client_configuration(context: Any, request: Any) -> Any:
    """Read, replace or delete, with the registration access token of this very client."""
    client = _owned(context, request)
    if request.method == "PUT":
        return _replace(client, request)
    if request.method == "DELETE":
        return _delete(client, request)
    body = answer_of(client, request.oidc.issuer, secret=None, token=bearer_token(request))
    return token_response(request, Issued(body))


def _owned(context: Any, request: Any) -> Client:
    """The same 401 for a wrong token and for a client that is not there (RFC 7592 §2)."""
    token = bearer_token(request)
    known = context.registration_token if isinstance(context, Client) else ""
    good = hmac.compare_digest(known or digest(""), digest(token))
    if not good or not isinstance(context, Client) or not context.active:
        raise InvalidToken("the registration access token is not good for this client")
    return context


def _replace(client: Client, request: Any) -> Any:
    """RFC 7592 §2.2: what is left out goes back to its default; the token is a new one."""
    document = read_document(request)
    if document.get("client_id") != client.client_id:
        raise InvalidClientMetadata("client_id must be the client's own", spec="RFC 7592 §2.2")
    if any(name in document for name in OURS_ALONE):
        raise InvalidClientMetadata(
            "members that the server decides must not be sent", spec="RFC 7592 §2.2"
        )
    secret = document.get("client_secret")
    if secret is not None and not (
        isinstance(secret, str) and client.check_secret(secret, now=request.oidc.now)
    ):
        raise InvalidClientMetadata("client_secret is not the client's", spec="RFC 7592 §2.2")
    client.update(judged(document, request.oidc.issuer, request.oidc.runtime.fetcher))
    fresh, token = (
        give_secret(client, request.oidc.settings.secret),
        give_registration_token(client),
    )
    body = answer_of(client, request.oidc.issuer, secret=fresh, token=token)
    return token_response(request, Issued(body))


def _delete(client: Client, request: Any) -> Response:
    """204, and everything that the client holds is dead (RFC 7592 §2.3)."""
    request.oidc.provider.clients.delete(client, now=request.oidc.now)
    request.oidc.issuer.announce(ClientDeleted(request.oidc.now, client.client_id))
    return Response(status=204, content_type=None, charset=None)
