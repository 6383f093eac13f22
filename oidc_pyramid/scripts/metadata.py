"""Between the document of a registration (RFC 7591) and the attributes of a stored client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.client_fields import READERS, Policy
from oidc_pyramid.protocol.client_metadata import validate
from oidc_pyramid.protocol.errors import InvalidClientMetadata
from oidc_pyramid.scripts.failures import Failure
from oidc_pyramid.settings import Settings

#: What an operator decides about a client; no registration request can.
OURS = (
    "skip_consent",
    "reuse_consent",
    "require_pkce",
    "refresh_grace",
    "access_token_format",
    "owner",
)
#: Members of a registration response: they are not metadata, and do no harm.
RESPONSE = frozenset(
    {
        "client_id",
        "client_secret",
        "client_id_issued_at",
        "client_secret_expires_at",
        "registration_access_token",
        "registration_client_uri",
        "state",
    }
)
STORED = tuple(name for name in READERS if name in Client.__annotations__)
DEFAULT_SCOPE = "openid profile email"
OFFERS = {
    "grant_types": "grant_types",
    "response_types": "response_types",
    "response_modes": "response_modes",
    "token_endpoint_auth_method": "client_auth",
    "id_token_signed_response_alg": "signing_algs",
    "userinfo_signed_response_alg": "signing_algs",
}


def attributes(document: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Every attribute that metadata decides, checked; what is left out gets its default."""
    for name in document:
        _refuse_unknown(name)
    return {**_metadata(_validated(document, settings)), **_ours(document)}


def document_of(client: Client) -> dict[str, Any]:
    """The client as RFC 7591 names things, with what we add; the secret is not known."""
    document: dict[str, Any] = {"client_id": client.client_id}
    for name in (*STORED, *OURS):
        value = getattr(client, name)
        if value != getattr(Client, name) or name in ("grant_types", "response_types"):
            document[name] = list(value) if isinstance(value, tuple) else value
    document["scope"] = " ".join(client.scope)
    document["token_endpoint_auth_method"] = client.token_endpoint_auth_method
    if client.jwks:
        document["jwks"] = json.loads(client.jwks)
    document.update({name: json.loads(value) for name, value in client.extra})
    return document | dict(client.names)


def policy(settings: Settings) -> Policy:
    """What clients of this deployment may be registered for."""
    front = any({"id_token", "token"} & set(t.split()) for t in settings.response_types)
    return Policy(
        grant_types=(*settings.grant_types, *(("implicit",) if front else ())),
        response_types=settings.response_types,
        response_modes=settings.response_modes,
        auth_methods=settings.client_auth,
        signing_algs=settings.signing_algs,
        loopback_http=settings.development,
    )


def _validated(document: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    try:
        metadata = validate(document, policy=policy(settings))
    except InvalidClientMetadata as error:
        public = error.check.public
        offer = OFFERS.get(public.partition(" ")[0])
        if offer and public.endswith("not supported here"):
            offered = ", ".join(getattr(settings, offer))
            raise Failure(f"{public}; oidc.{offer} offers {offered}") from error
        raise
    if metadata["response_types"]:
        metadata.setdefault("scope", DEFAULT_SCOPE)
    return metadata


def _refuse_unknown(name: str) -> None:
    known = {*READERS, *OURS, *RESPONSE}
    if name.partition("#")[0] not in known:
        nearest = get_close_matches(name, known, n=1, cutoff=0)[0]
        raise Failure(f"{name} is no client metadata; the nearest is {nearest}")


def _metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: getattr(Client, name) for name in STORED} | {"scope": ()}
    found |= {name: value for name, value in metadata.items() if name in STORED}
    if isinstance(found["scope"], str):
        found["scope"] = tuple(found["scope"].split())
    if isinstance(found["jwks"], dict):
        found["jwks"] = json.dumps(found["jwks"])
    rest = {name: value for name, value in metadata.items() if name not in STORED}
    found["names"] = tuple((name, value) for name, value in rest.items() if "#" in name)
    found["extra"] = tuple(
        (name, json.dumps(value)) for name, value in rest.items() if "#" not in name
    )
    return found


def _ours(document: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name in OURS:
        default = getattr(Client, name)
        value = document.get(name, default)
        kind = int if name == "refresh_grace" else type(default)
        if value is not default and type(value) is not kind:
            raise Failure(f"{name} must be of the type {kind.__name__}")
        found[name] = value
    return found
