"""What each member of the metadata has to look like; an unknown member is a fault too."""

import re
from urllib.parse import urlsplit

from tests.functional.conformance.claim_types import words

LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
ENDPOINTS = frozenset(
    f"{name}_endpoint"
    for name in words(
        "authorization token userinfo registration introspection revocation end_session"
        " device_authorization pushed_authorization_request backchannel_authentication"
    )
)
ADDRESSES = frozenset(
    {"jwks_uri", "check_session_iframe", "service_documentation", "op_policy_uri", "op_tos_uri"}
)
LISTS = frozenset(
    f"{name}_supported"
    for name in words(
        "scopes response_types response_modes grant_types acr_values subject_types"
        " id_token_signing_alg_values id_token_encryption_alg_values id_token_encryption_enc_values"
        " userinfo_signing_alg_values userinfo_encryption_alg_values userinfo_encryption_enc_values"
        " request_object_signing_alg_values request_object_encryption_alg_values"
        " request_object_encryption_enc_values token_endpoint_auth_methods"
        " token_endpoint_auth_signing_alg_values display_values claim_types claims claims_locales"
        " ui_locales code_challenge_methods revocation_endpoint_auth_methods"
        " revocation_endpoint_auth_signing_alg_values introspection_endpoint_auth_methods"
        " introspection_endpoint_auth_signing_alg_values prompt_values"
        " dpop_signing_alg_values authorization_details_types"
        " authorization_signing_alg_values"
    )
)
FLAGS = frozenset(
    {
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_request_uri_registration",
        "require_pushed_authorization_requests",
        "authorization_response_iss_parameter_supported",
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
        "tls_client_certificate_bound_access_tokens",
        "client_id_metadata_document_supported",
    }
)
REQUIRED = frozenset(
    {
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "scopes_supported",
        "claims_supported",
        "grant_types_supported",
    }
)


def check_metadata(metadata, issuer):
    """Raises AssertionError for a missing, unknown or wrongly typed member."""
    known = {"issuer"} | ENDPOINTS | ADDRESSES | LISTS | FLAGS
    assert set(metadata) - known == set()
    assert set(metadata) >= REQUIRED
    assert metadata["issuer"] == issuer
    parts = urlsplit(issuer)
    assert (parts.scheme, parts.query, parts.fragment) == ("https", "", "")
    for name, value in metadata.items():
        _check(name, value)
    assert all(LOCALE.fullmatch(tag) for tag in metadata.get("ui_locales_supported", ()))
    assert set(metadata.get("code_challenge_methods_supported", ())) <= {"S256", "plain"}


def _check(name, value):
    if name in FLAGS:
        assert type(value) is bool, name
    elif name in LISTS:
        assert isinstance(value, list), name
        assert value, name
        assert all(isinstance(one, str) for one in value), name
        assert len(set(value)) == len(value), name
    else:
        parts = urlsplit(value)
        assert parts.scheme == "https", name
        assert not parts.fragment, name
