"""Discovery: the metadata document at both of its addresses (Discovery §4, RFC 8414 §3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from pyramid.response import Response

from oidc_pyramid.interfaces import IClaims, IMetadata, IProvider, IWellKnown
from oidc_pyramid.protocol.jwe import ALGS, ENCS
from oidc_pyramid.protocol.jwk import ASYMMETRIC, HMAC_BYTES
from oidc_pyramid.protocol.metadata import Offered, metadata
from oidc_pyramid.settings import Settings
from oidc_pyramid.views.authorize import prompts_of
from oidc_pyramid.views.endpoint import endpoint

BEFORE_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid")


@endpoint(IWellKnown, "openid-configuration", methods=("GET",), cors="public", cacheable=True)
def openid_configuration(_context: Any, request: Any) -> Response:
    """Discovery §4.2."""
    return _metadata(request)


@endpoint(IWellKnown, "oauth-authorization-server", methods=("GET",), cors="public", cacheable=True)
def oauth_authorization_server(_context: Any, request: Any) -> Response:
    """RFC 8414 §3.2; the same document."""
    return _metadata(request)


@endpoint(IProvider, "jwks", methods=("GET",), cors="public", cacheable=True)
def jwks(_provider: Any, request: Any) -> Response:
    """The public keys: next, current and retiring (Discovery §3)."""
    keys = request.oidc.issuer.keys.public()
    state = ("jwks", *(key["kid"] for key in keys))
    max_age = request.oidc.settings.jwks_max_age
    return document(request, state, lambda: {"keys": keys}, max_age)


def _metadata(request: Any) -> Response:
    keys = request.oidc.issuer.keys
    state = ("metadata", keys.algs(), *(key["alg"] for key in keys.public()))
    max_age = request.oidc.settings.discovery_max_age
    return document(request, state, lambda: build(request), max_age)


def document(
    request: Any, state: tuple[object, ...], make: Callable[[], Any], max_age: int
) -> Response:
    """Bytes made once per state, with an entity tag (RFC 9110 §8.8.3)."""
    known = request.oidc.runtime.documents
    if state not in known:
        body = json.dumps(make(), separators=(",", ":")).encode()
        known[state] = (body, sha256(body).hexdigest()[:32])
    body, tag = known[state]
    response = Response(body, content_type="application/json", conditional_response=True)
    response.charset = None
    response.etag = tag
    response.headers["Cache-Control"] = f"public, max-age={max_age}"
    return response


def build(request: Any) -> dict[str, object]:
    """From the settings and the registry, so that it can't disagree with them."""
    oidc, settings = request.oidc, request.oidc.settings
    plugins = oidc.plugins
    offered = Offered(
        issuer=settings.issuer,
        scopes=_first("openid", oidc.issuer.scopes()),
        claims=[*BEFORE_CLAIMS, *_claims(plugins.all(IClaims))],
        response_types=settings.response_types,
        response_modes=settings.response_modes,
        grant_types=settings.grant_types,
        client_auth=settings.client_auth,
        signing_algs=_algs(oidc.issuer),
        acr_values=settings.acr_values,
        locales=settings.locales,
        prompts=prompts_of(settings, plugins),
        assertion_algs=_assertion_algs(settings),
        request_object_algs=_request_object_algs(settings),
        decryption_algs=sorted(
            {key["alg"] for key in oidc.issuer.keys.public() if key["use"] == "enc"}
        ),
        encryption_algs=ALGS,
        encryption_encs=ENCS,
        request_parameter=settings.request_parameter,
        request_uri_parameter=settings.request_uri_parameter,
    )
    members = metadata(offered)
    optional = {
        "service_documentation": settings.service_documentation,
        "op_policy_uri": settings.op_policy_uri,
        "op_tos_uri": settings.op_tos_uri,
        "registration_endpoint": oidc.url("clients") if settings.registration != "off" else "",
    }
    members.update({name: value for name, value in optional.items() if value})
    for contribution in plugins.all(IMetadata):
        members.update(contribution.members(oidc.issuer))
    return members


def _first(name: str, names: tuple[str, ...]) -> list[str]:
    return [name, *(other for other in names if other != name)]


def _claims(suppliers: list[Any]) -> list[str]:
    return sorted({claim for supplier in suppliers for claim in supplier.supplies})


def _algs(issuer: Any) -> list[str]:
    """RS256 first: it has to be there (Discovery §3), and most clients expect it."""
    none = ("none",) if issuer.settings.id_token_none else ()
    algs = (*issuer.keys.algs(), *HMAC_BYTES, *none)
    return sorted(algs, key=lambda alg: (alg != "RS256", alg))


def _request_object_algs(settings: Settings) -> list[str]:
    """Nothing where request objects are off (Discovery §3)."""
    if not settings.request_parameter and not settings.request_uri_parameter:
        return []
    none = ("none",) if settings.request_object_unsigned else ()
    return [*ASYMMETRIC, *HMAC_BYTES, *none]


def _assertion_algs(settings: Settings) -> list[str]:
    """What the enabled methods read: keys of clients, or their secrets (Core §9)."""
    keys = ASYMMETRIC if "private_key_jwt" in settings.client_auth else ()
    secrets = HMAC_BYTES if "client_secret_jwt" in settings.client_auth else ()
    return [*keys, *secrets]
