"""RP Metadata Choices: a client offers several values, we choose one of them.

OpenID Connect Relying Party Metadata Choices 1.0 §2: ``X_values_supported`` arrays of the client
for what is one value in its registration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oidc_pyramid.protocol.client_authentication import signs
from oidc_pyramid.protocol.client_fields import Policy

CHOICES = {
    "token_endpoint_auth_methods_supported": ("token_endpoint_auth_method", "auth_methods"),
    "id_token_signing_alg_values_supported": ("id_token_signed_response_alg", "signing_algs"),
    "userinfo_signing_alg_values_supported": ("userinfo_signed_response_alg", "signing_algs"),
    "request_object_signing_alg_values_supported": (
        "request_object_signing_alg",
        "client_signing_algs",
    ),
    "token_endpoint_auth_signing_alg_values_supported": (
        "token_endpoint_auth_signing_alg",
        "client_signing_algs",
    ),
    "subject_types_supported": ("subject_type", "subject_types"),
}


def choose(document: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """The document with one value for each offer: the client's first that we have too, and that fits
    what was chosen before.

    A value that the client names outright wins. An offer without a common value is left to
    ``validate``: it sees the first offered value and refuses it by name.
    """
    chosen = dict(document)
    for offer, (member, ours) in CHOICES.items():
        offered = chosen.pop(offer, None)
        if not isinstance(offered, list) or not offered or chosen.get(member):
            continue
        common = [value for value in offered if value in getattr(policy, ours)]
        if member == "token_endpoint_auth_signing_alg":
            method = str(chosen.get("token_endpoint_auth_method"))
            common = [alg for alg in common if signs(method, alg)]
        chosen[member] = common[0] if common else offered[0]
    return chosen
