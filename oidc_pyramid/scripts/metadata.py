"""What the command line is told about a client: RFC 7591 names, and what an operator decides."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from oidc_pyramid.client_document import OURS, attributes_of, document_of, policy_of
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.client_fields import READERS
from oidc_pyramid.protocol.client_metadata import validate
from oidc_pyramid.protocol.errors import InvalidClientMetadata
from oidc_pyramid.scripts.failures import Failure
from oidc_pyramid.settings import Settings

__all__ = ["OURS", "attributes", "document_of"]

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
KINDS: Mapping[str, type] = {"refresh_grace": int, "reuse_consent": bool}
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
    return {**attributes_of(_validated(document, settings)), **_ours(document)}


def _validated(document: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    try:
        metadata = validate(document, policy=policy_of(settings))
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


def _ours(document: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name in OURS:
        default = getattr(Client, name)
        value = document.get(name, default)
        kind = KINDS.get(name, type(default))
        if value is not default and type(value) is not kind:
            raise Failure(f"{name} must be of the type {kind.__name__}")
        found[name] = value
    return found
