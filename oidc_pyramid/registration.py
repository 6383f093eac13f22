"""What a registration may ask for, and what becomes of it (RFC 7591, Registration)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from oidc_pyramid.client_document import attributes_of, document_of, policy_of
from oidc_pyramid.fetch import Fetcher, FetchRefused
from oidc_pyramid.interfaces import IRegistrationPolicy
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol import strict_json
from oidc_pyramid.protocol.client_metadata import validate
from oidc_pyramid.protocol.client_secret import new_secret
from oidc_pyramid.protocol.errors import InvalidClientMetadata
from oidc_pyramid.protocol.metadata_choices import choose
from oidc_pyramid.protocol.software_statement import with_statement

SECRET_METHODS = frozenset({"client_secret_basic", "client_secret_post", "client_secret_jwt"})


def judged(document: Mapping[str, Any], issuer: Issuer, fetcher: Fetcher) -> dict[str, Any]:
    """The attributes of the client that this document describes.

    Members that a client can't decide are ignored (RFC 7591 §2); scopes are cut down to what may
    be registered; the deployment's policies have the last word. Raises ``InvalidClientMetadata``
    or ``InvalidRedirectUri``.
    """
    policy = policy_of(issuer.settings, issuer.keys.algs())
    said = with_statement(
        document,
        issuer.settings.registration_statement_jwks,
        audiences=(issuer.name, f"{issuer.name}/clients"),
        now=issuer.now,
    )
    metadata = validate(choose(said, policy), policy=policy)
    metadata["scope"] = " ".join(_scopes(metadata.get("scope"), issuer))
    for one in issuer.plugins.all(IRegistrationPolicy):
        metadata = dict(one.check(metadata, issuer))
    if metadata.get("sector_identifier_uri"):
        _check_sector(metadata, fetcher)
    return attributes_of(metadata)


def _scopes(asked: str | None, issuer: Issuer) -> list[str]:
    allowed = [s for s in issuer.settings.registration_scopes if s in issuer.scopes()]
    return allowed if asked is None else [s for s in asked.split() if s in allowed]


def _check_sector(metadata: Mapping[str, Any], fetcher: Fetcher) -> None:
    """The sector's own list must name every redirect URI (Core §8.1, Registration §5)."""
    try:
        answer = fetcher.get(metadata["sector_identifier_uri"])
        listed = strict_json.loads(answer.body) if answer.status == 200 else None
    except (FetchRefused, ValueError) as error:
        raise _sector_error(str(error)) from error
    if not isinstance(listed, list) or not set(metadata.get("redirect_uris", ())) <= {
        one for one in listed if isinstance(one, str)
    }:
        raise _sector_error(f"status {answer.status}, or not listed")


def _sector_error(private: str) -> InvalidClientMetadata:
    """One sentence for every reason: a registration is no way to look into a network."""
    return InvalidClientMetadata(
        "sector_identifier_uri can't be fetched, or does not list every redirect URI",
        check="sector-identifier",
        spec="Core §8.1",
        private=private,
    )


def give_secret(client: Client, under: bytes) -> str | None:
    """A new secret if the client needs one and has none, or none that does for it."""
    needs = client.token_endpoint_auth_method in SECRET_METHODS or client.needs_plain_secret
    has = client.secrets and (client.secret_wrapped or not client.needs_plain_secret)
    if not needs or has:
        return None
    secret = new_secret()
    client.set_secret(secret, under=under)
    return secret


def give_registration_token(client: Client) -> str:
    """A new registration access token; the one before ends (RFC 7592 §5)."""
    token = secrets.token_urlsafe(32)
    client.set_registration_token(token)
    return token


def answer_of(
    client: Client, issuer: Issuer, *, secret: str | None, token: str | None
) -> dict[str, object]:
    """The client information response (RFC 7591 §3.2.1, RFC 7592 §3)."""
    body: dict[str, object] = document_of(client, ours=False)
    body["client_id_issued_at"] = client.created_at
    body["registration_client_uri"] = f"{issuer.name}/clients/{client.client_id}"
    if secret is not None:
        body["client_secret"] = secret
        body["client_secret_expires_at"] = 0
    if token is not None:
        body["registration_access_token"] = token
    return body
