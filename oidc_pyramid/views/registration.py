"""The registration endpoint: ``POST /clients`` (RFC 7591 §3, Registration §3)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound

from oidc_pyramid.events import ClientRegistered
from oidc_pyramid.interfaces import IClients
from oidc_pyramid.models.clients import Client, new_client_id
from oidc_pyramid.models.registration import RegistrationToken
from oidc_pyramid.protocol import strict_json
from oidc_pyramid.protocol.errors import InvalidClientMetadata, InvalidToken, TooManyRequests
from oidc_pyramid.protocol.outcomes import Issued
from oidc_pyramid.registration import answer_of, give_registration_token, give_secret, judged
from oidc_pyramid.views.bearer import bearer_token
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.outcomes import token_response

MAX_BODY = 64 * 1024
OFF, TOKEN = "off", "token"


@endpoint(IClients, methods=("POST",), cors="public")
def register(_clients: Any, request: Any) -> Any:
    """Who may, what for; then a client with an id, a secret and a registration access token."""
    oidc = request.oidc
    if oidc.settings.registration == OFF:
        raise HTTPNotFound
    ticket = _ticket(request)
    _check_quota(request)
    document = read_document(request)
    metadata = judged(document, oidc.issuer, oidc.runtime.fetcher)
    client = Client(new_client_id(), now=oidc.now, **metadata)
    client.dynamic = True
    if ticket is not None:
        ticket.use()
        client.owner = ticket.owner
    secret, token = give_secret(client, oidc.settings.secret), give_registration_token(client)
    oidc.provider.clients.add(client)
    oidc.issuer.announce(ClientRegistered(oidc.now, client.client_id))
    body = answer_of(client, oidc.issuer, secret=secret, token=token)
    if document.get("software_statement") is not None:
        body["software_statement"] = document["software_statement"]  # unmodified (§3.2.1)
    return token_response(request, Issued(body, 201))


def _ticket(request: Any) -> RegistrationToken | None:
    """The initial access token, where one is needed or was sent (RFC 7591 §3)."""
    oidc = request.oidc
    sent = request.environ.get("HTTP_AUTHORIZATION") is not None
    if oidc.settings.registration != TOKEN and not sent:
        return None
    ticket: RegistrationToken | None = oidc.provider.registration_tokens.get(bearer_token(request))
    if ticket is None or not ticket.good(now=oidc.now):
        raise InvalidToken("the initial access token is unknown, expired or used up")
    return ticket


def _check_quota(request: Any) -> None:
    """Open registration is bounded: a stranger can't fill the database."""
    oidc = request.oidc
    quota = oidc.settings.registration_quota
    if quota and len(oidc.provider.clients) >= quota:
        raise TooManyRequests(
            "no more clients can be registered here", check="registration-quota", spec="RFC 7591 §5"
        )


def read_document(request: Any) -> dict[str, Any]:
    """The JSON object of the body, strictly read."""
    media = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    length = request.content_length
    if media != "application/json" or (length is not None and length > MAX_BODY):
        raise InvalidClientMetadata("the body must be application/json, at most 64 KiB")
    body = request.oidc.body(MAX_BODY + 1)
    try:
        document = strict_json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidClientMetadata("the body is not JSON", private=str(error)) from error
    if not isinstance(document, dict) or len(body) > MAX_BODY:
        raise InvalidClientMetadata("the body must be a JSON object")
    return document
