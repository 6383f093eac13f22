"""The metadata document (Discovery §3, RFC 8414 §2): what is offered, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SPACES = (
    ("authorization_endpoint", "authorize"),
    ("token_endpoint", "token"),
    ("userinfo_endpoint", "userinfo"),
    ("jwks_uri", "jwks"),
    ("introspection_endpoint", "introspect"),
    ("revocation_endpoint", "revoke"),
    ("end_session_endpoint", "end_session"),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """What the registry and the settings amount to."""

    issuer: str
    scopes: Iterable[str]
    claims: Iterable[str]
    response_types: Iterable[str]
    response_modes: Iterable[str]
    grant_types: Iterable[str]
    client_auth: Iterable[str]
    signing_algs: Iterable[str]
    acr_values: Iterable[str]
    locales: Iterable[str]
    prompts: Iterable[str]
    assertion_algs: Iterable[str]
    request_object_algs: Iterable[str]
    decryption_algs: Iterable[str]
    encryption_algs: Iterable[str]
    encryption_encs: Iterable[str]
    request_parameter: bool
    request_uri_parameter: bool


def metadata(offered: Offered) -> dict[str, object]:
    """Computed, never written by hand: it can't promise what is not there."""
    secret = [name for name in offered.client_auth if name != "none"]
    document: dict[str, object] = {"issuer": offered.issuer}
    document.update({name: f"{offered.issuer}/{path}" for name, path in SPACES})
    implicit = ["implicit"] if _implicit(offered.response_types) else []
    document |= {
        "scopes_supported": list(offered.scopes),
        "claims_supported": list(offered.claims),
        "response_types_supported": list(offered.response_types),
        "response_modes_supported": list(offered.response_modes),
        "grant_types_supported": [*offered.grant_types, *implicit],
        "acr_values_supported": list(offered.acr_values),
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": list(offered.signing_algs),
        "token_endpoint_auth_methods_supported": list(offered.client_auth),
        "revocation_endpoint_auth_methods_supported": list(offered.client_auth),
        "introspection_endpoint_auth_methods_supported": secret,
        "code_challenge_methods_supported": ["S256"],
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "prompt_values_supported": list(offered.prompts),
        "claim_types_supported": ["normal", "aggregated", "distributed"],
        "ui_locales_supported": list(offered.locales),
        "claims_parameter_supported": True,
        "request_parameter_supported": offered.request_parameter,
        "request_uri_parameter_supported": offered.request_uri_parameter,
        "require_request_uri_registration": offered.request_uri_parameter,
        "request_object_signing_alg_values_supported": list(offered.request_object_algs),
        "request_object_encryption_alg_values_supported": list(offered.decryption_algs),
        "request_object_encryption_enc_values_supported": list(offered.encryption_encs)
        if list(offered.decryption_algs)
        else [],
        "userinfo_signing_alg_values_supported": [
            alg for alg in offered.signing_algs if alg != "none"
        ],
        "id_token_encryption_alg_values_supported": list(offered.encryption_algs),
        "id_token_encryption_enc_values_supported": list(offered.encryption_encs),
        "userinfo_encryption_alg_values_supported": list(offered.encryption_algs),
        "userinfo_encryption_enc_values_supported": list(offered.encryption_encs),
        "authorization_response_iss_parameter_supported": True,
    }
    for endpoint in ("token", "revocation", "introspection"):
        name = f"{endpoint}_endpoint_auth_signing_alg_values_supported"
        document[name] = list(offered.assertion_algs)
    return {name: value for name, value in document.items() if value != []}


def _implicit(response_types: Iterable[str]) -> bool:
    return any(set(one.split(" ")) & {"token", "id_token"} for one in response_types)
