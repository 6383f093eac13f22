"""Between the document of a registration (RFC 7591) and the attributes of a stored client."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.client_fields import READERS, Policy
from oidc_pyramid.protocol.jwe import ALGS, ENCS
from oidc_pyramid.protocol.jwk import ASYMMETRIC, HMAC_BYTES
from oidc_pyramid.settings import Settings

#: What an operator decides about a client; no registration request can.
OURS = (
    "skip_consent",
    "reuse_consent",
    "require_pkce",
    "refresh_grace",
    "access_token_format",
    "owner",
    "verified",
    "assertion_audience",
)
STORED = tuple(name for name in READERS if name in Client.__annotations__)
LEFT_OUT = frozenset({"", None, ()})


def policy_of(settings: Settings, algs: Iterable[str] | None = None) -> Policy:
    """What clients of this deployment may be registered for; ``algs`` are those of its keys, where
    they are at hand."""
    front = any({"id_token", "token"} & set(t.split()) for t in settings.response_types)
    return Policy(
        grant_types=(*settings.grant_types, *(("implicit",) if front else ())),
        response_types=settings.response_types,
        response_modes=settings.response_modes,
        auth_methods=settings.client_auth,
        signing_algs=_signing_algs(settings, algs),
        encryption_algs=ALGS,
        encryption_encs=ENCS,
        client_signing_algs=(
            *ASYMMETRIC,
            *HMAC_BYTES,
            *(("none",) if settings.request_object_unsigned else ()),
        ),
        loopback_http=settings.development,
    )


def _signing_algs(settings: Settings, algs: Iterable[str] | None) -> tuple[str, ...]:
    """Keys of ours, the client's secret, and none where that is wanted."""
    none = ("none",) if settings.id_token_none else ()
    return (*(settings.signing_algs if algs is None else algs), *HMAC_BYTES, *none)


def attributes_of(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Every attribute that validated metadata decides; what is left out gets its default."""
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


def document_of(client: Client, *, ours: bool = True) -> dict[str, Any]:
    """The client as RFC 7591 names things, with what we add; the secret is not known."""
    document: dict[str, Any] = {"client_id": client.client_id}
    for name in (*STORED, *(OURS if ours else ())):
        value = getattr(client, name)
        if value != getattr(Client, name) or name in ("grant_types", "response_types"):
            document[name] = list(value) if isinstance(value, tuple) else value
    document["scope"] = " ".join(client.scope)
    document["token_endpoint_auth_method"] = client.token_endpoint_auth_method
    document["application_type"] = client.application_type
    document["subject_type"] = client.subject_type
    if client.jwks:
        document["jwks"] = json.loads(client.jwks)
    document.update({name: json.loads(value) for name, value in client.extra})
    return document | dict(client.names)
