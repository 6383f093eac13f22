"""Client metadata: what a registration may say (RFC 7591 §2, Registration §2).

Members that we don't know are ignored, and so is whatever a client can't decide about itself:
its id, its secret, whether people are asked for consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oidc_pyramid.protocol import redirect_uri
from oidc_pyramid.protocol.client_authentication import check_authentication
from oidc_pyramid.protocol.client_fields import READERS, REDIRECTS, TRANSLATED, Policy
from oidc_pyramid.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from oidc_pyramid.protocol.language import language_tag_ok

__all__ = ["Policy", "validate"]

MOST_TRANSLATIONS = 100

_ENCRYPTED = ("id_token_encrypted_response", "userinfo_encrypted_response")
_ENCRYPTION = (*_ENCRYPTED, "request_object_encryption")


def validate(document: Mapping[str, Any], *, policy: Policy | None = None) -> dict[str, Any]:
    """The metadata to keep, with defaults filled in; contradictions are refused (RFC 7591 §2.1).

    ``InvalidRedirectUri`` and ``InvalidClientMetadata`` say which member is wrong, and why.
    """
    policy = policy or Policy()
    metadata = _read(document, policy)
    metadata.setdefault("application_type", "web")
    metadata.setdefault("token_endpoint_auth_method", "client_secret_basic")
    try:
        _settle_grants(metadata, policy)
        check_authentication(metadata)
        _check_encryption(metadata)
        _check_id_token(metadata)
    except ValueError as error:
        raise _metadata_error(str(error)) from error
    _check_redirects(metadata, policy)
    return metadata


def _read(document: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """Every member that we know, read; ``null`` and empty texts count as left out."""
    metadata: dict[str, Any] = {}
    for name, value in document.items():
        field = _field(name)
        if field is None or value is None or value == "":
            continue
        try:
            metadata[name] = READERS[field](value, policy)
        except ValueError as error:
            refuse = _redirect_error if field in REDIRECTS else _metadata_error
            raise refuse(f"{name} {error}") from error
    if sum("#" in name for name in metadata) > MOST_TRANSLATIONS:
        raise _metadata_error("there are too many translations")
    return metadata


def _field(name: object) -> str | None:
    """The field that a member sets: ``client_name#ja`` sets ``client_name`` (RFC 7591 §2.2)."""
    if not isinstance(name, str):
        return None
    field, mark, language = name.partition("#")
    if mark and (field not in TRANSLATED or not language_tag_ok(language)):
        return None
    return field if field in READERS else None


def _settle_grants(metadata: dict[str, Any], policy: Policy) -> None:
    """Make grant and response types agree (RFC 7591 §2.1, Registration §2).

    One that is left out follows from the other. ``implicit`` without a response type that
    needs it is dropped.
    """
    grants, types = metadata.get("grant_types"), metadata.get("response_types")
    if types is None:
        types = ["code"] if grants is None or "authorization_code" in grants else []
    needed = _grants_for(types)
    if grants is None:
        grants = needed or ["authorization_code"]
    if missing := [grant for grant in needed if grant not in grants]:
        raise ValueError(f"response_types need {missing[0]} among the grant_types")
    if "authorization_code" in grants and "authorization_code" not in needed:
        raise ValueError("the grant type authorization_code needs a response type with code")
    grants = [grant for grant in grants if grant != "implicit" or grant in needed]
    if not grants:
        raise ValueError("grant_types must not be empty, and implicit needs a response type")
    if not set(grants) <= set(policy.grant_types):
        raise ValueError("grant_types has a value that is not supported here")
    metadata["grant_types"], metadata["response_types"] = grants, types


def _grants_for(response_types: Iterable[str]) -> list[str]:
    """The grant types that these response types use (Registration §2)."""
    names = {name for one in response_types for name in one.split(" ")}
    needed = []
    if "code" in names:
        needed.append("authorization_code")
    if not names.isdisjoint({"id_token", "token"}):
        needed.append("implicit")
    return needed


def _check_encryption(metadata: dict[str, Any]) -> None:
    """``enc`` goes with ``alg`` and has a default (Registration §2)."""
    for prefix in _ENCRYPTION:
        if f"{prefix}_alg" in metadata:
            metadata.setdefault(f"{prefix}_enc", "A128CBC-HS256")
        elif f"{prefix}_enc" in metadata:
            raise ValueError(f"{prefix}_enc needs {prefix}_alg")
    if any(f"{prefix}_alg" in metadata for prefix in _ENCRYPTED) and not (
        "jwks" in metadata or "jwks_uri" in metadata
    ):
        raise ValueError("encryption needs the keys of the client: send jwks_uri or jwks")


def _check_id_token(metadata: Mapping[str, Any]) -> None:
    """``none`` is for ID Tokens that come over TLS from the token endpoint (Registration §2)."""
    if metadata.get("id_token_signed_response_alg") == "none" and any(
        "id_token" in one.split(" ") for one in metadata["response_types"]
    ):
        raise ValueError("id_token_signed_response_alg must not be none with these response_types")
    if metadata.get("userinfo_signed_response_alg") == "none":
        raise ValueError("userinfo_signed_response_alg must not be none")


def _check_redirects(metadata: Mapping[str, Any], policy: Policy) -> None:
    """Redirect URIs, and what has to agree with them."""
    found = metadata.get("redirect_uris", [])
    if not found and metadata["response_types"]:
        raise _redirect_error("redirect_uris must not be empty with these response_types")
    for field in sorted(REDIRECTS & metadata.keys()):
        for uri in metadata[field]:
            _check_redirect(field, uri, metadata, policy)
    if metadata.get("subject_type") == "pairwise" and "sector_identifier_uri" not in metadata:
        _check_one_sector(found)
    if uri := metadata.get("frontchannel_logout_uri"):
        _check_origin(uri, found)


def _check_redirect(field: str, uri: str, metadata: Mapping[str, Any], policy: Policy) -> None:
    application = metadata["application_type"]
    try:
        redirect_uri.check_registered(
            uri, application_type=application, allow_http_loopback=policy.loopback_http
        )
    except ValueError as error:
        raise _redirect_error(f"{field} {error}", private=f"sent {uri[:256]!r}") from error
    implicit = field == "redirect_uris" and "implicit" in metadata["grant_types"]
    if implicit and application == "web" and redirect_uri.is_loopback(uri):
        raise _redirect_error("redirect_uris of web clients must not be local with implicit flows")


def _check_one_sector(uris: Iterable[str]) -> None:
    if len({redirect_uri.host_of(uri) for uri in uris}) > 1:
        raise _metadata_error(
            "subject_type pairwise with several redirect hosts needs sector_identifier_uri"
        )


def _check_origin(uri: str, redirects: Iterable[str]) -> None:
    """The page that we load in a frame is of an origin that we know (Front-Channel §2)."""
    if redirect_uri.origin_of(uri) not in map(redirect_uri.origin_of, redirects):
        raise _metadata_error("frontchannel_logout_uri must have the origin of a redirect URI")


def _metadata_error(public: str, *, private: str = "") -> InvalidClientMetadata:
    return InvalidClientMetadata(
        public, check="client-metadata", spec="RFC 7591 §3.2.2", private=private
    )


def _redirect_error(public: str, *, private: str = "") -> InvalidRedirectUri:
    return InvalidRedirectUri(
        public, check="redirect-uri-registration", spec="RFC 7591 §3.2.2", private=private
    )
