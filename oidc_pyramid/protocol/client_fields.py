"""The fields of client metadata, each with the function that reads it (RFC 7591 §2).

A reader returns the value to keep, or raises ``ValueError`` with a sentence that completes
"client_name ...".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from oidc_pyramid.protocol import jwk, scope, web_uri
from oidc_pyramid.protocol.compact import JoseError
from oidc_pyramid.protocol.jwk import ASYMMETRIC

LONGEST_NAME = 80
LONGEST_TEXT = 255
LONGEST_SCOPE = 4096
MOST_VALUES = 50

# Categories of characters that show nothing, or change how others are shown.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What this deployment offers to the clients that register."""

    grant_types: Collection[str] = (
        "authorization_code",
        "implicit",
        "refresh_token",
        "client_credentials",
    )
    response_types: Collection[str] = (
        "code",
        "id_token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
    )
    response_modes: Collection[str] = ("query", "fragment", "form_post")
    auth_methods: Collection[str] = (
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    )
    subject_types: Collection[str] = ("public", "pairwise")
    signing_algs: Collection[str] = (*ASYMMETRIC, "none")
    client_signing_algs: Collection[str] = ASYMMETRIC
    encryption_algs: Collection[str] = ()
    encryption_encs: Collection[str] = ()
    loopback_http: bool = False


Reader = Callable[[object, Policy], object]


def text(value: object, _policy: Policy) -> str:
    """A short text without invisible characters."""
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 - the sender's mistake, not ours
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"must not be longer than {LONGEST_TEXT} characters")
    if any(unicodedata.category(character) in _INVISIBLE for character in value):
        raise ValueError("must not have control, direction or invisible characters")
    return value


def name(value: object, policy: Policy) -> str:
    """What people see when they decide whether to trust the client."""
    shown = text(value, policy).strip()
    if not 0 < len(shown) <= LONGEST_NAME:
        raise ValueError(f"must have 1 to {LONGEST_NAME} characters")
    return shown


def boolean(value: object, _policy: Policy) -> bool:
    """``true`` or ``false``, not something that is like it."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - as above
    return value


def seconds(value: object, _policy: Policy) -> int:
    """A number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueError("must be a number of seconds")
    return value


def array(value: object) -> list[str]:
    """An array of texts, not too many."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError("must be an array of texts")
    if len(value) > MOST_VALUES:
        raise ValueError(f"must not have more than {MOST_VALUES} values")
    return list(value)


def texts(value: object, policy: Policy) -> list[str]:
    """Short texts."""
    return [text(one, policy) for one in array(value)]


def scopes(value: object, _policy: Policy) -> str:
    """Which scopes the client may ask for."""
    if not isinstance(value, str) or len(value) > LONGEST_SCOPE:
        raise ValueError(f"must be a text of at most {LONGEST_SCOPE} characters")
    return scope.format(scope.parse(value))


def uri(value: object, policy: Policy) -> str:
    """A page or an endpoint of the client."""
    return web_uri.check(value, allow_http_loopback=policy.loopback_http).string


def uris(value: object, policy: Policy) -> list[str]:
    """Several of them."""
    return [uri(one, policy) for one in array(value)]


def redirects(value: object, _policy: Policy) -> list[str]:
    """Redirect URIs; what they may be depends on the application type, which comes later."""
    found = array(value)
    if len(set(found)) != len(found):
        raise ValueError("must not have the same value twice")
    return found


def jwks(value: object, _policy: Policy) -> dict[str, object]:
    """The public members of every key that we can use, and nothing else (RFC 7517 §5)."""
    try:
        keys = jwk.parse_jwks(value)
    except JoseError as error:
        raise ValueError(f"is refused: {error}") from error
    return {"keys": [dict(key.public) for key in keys]}


def application_type(value: object, _policy: Policy) -> str:
    """``web`` or ``native`` (Registration §2)."""
    if value not in ("web", "native"):
        raise ValueError("must be web or native")
    return str(value)


def response_types(value: object, policy: Policy) -> list[str]:
    """The names in a response type are a set: we keep them sorted (RFC 6749 §3.1.1)."""
    ordered = [" ".join(sorted(one.split(" "))) for one in array(value)]
    offered = {" ".join(sorted(one.split(" "))): one for one in policy.response_types}
    if not offered.keys() >= set(ordered):
        raise ValueError("has a value that is not supported here")
    return [offered[one] for one in dict.fromkeys(ordered)]


def one_of(offered: str) -> Reader:
    """Reads a value that the policy offers under this name."""

    def read(value: object, policy: Policy) -> str:
        if not isinstance(value, str) or value not in getattr(policy, offered):
            raise ValueError("has a value that is not supported here")
        return value

    return read


def some_of(offered: str) -> Reader:
    """Reads an array of values that the policy offers under this name."""

    def read(value: object, policy: Policy) -> list[str]:
        if not set(found := array(value)) <= set(getattr(policy, offered)):
            raise ValueError("has a value that is not supported here")
        return list(dict.fromkeys(found))

    return read


READERS: Mapping[str, Reader] = {
    "redirect_uris": redirects,
    "post_logout_redirect_uris": redirects,
    "grant_types": lambda value, _policy: list(dict.fromkeys(array(value))),
    "response_types": response_types,
    "response_modes": some_of("response_modes"),
    "token_endpoint_auth_method": one_of("auth_methods"),
    "token_endpoint_auth_signing_alg": one_of("client_signing_algs"),
    "application_type": application_type,
    "subject_type": one_of("subject_types"),
    "sector_identifier_uri": uri,
    "client_name": name,
    "client_uri": uri,
    "logo_uri": uri,
    "policy_uri": uri,
    "tos_uri": uri,
    "contacts": texts,
    "scope": scopes,
    "jwks": jwks,
    "jwks_uri": uri,
    "software_id": text,
    "software_version": text,
    "id_token_signed_response_alg": one_of("signing_algs"),
    "id_token_encrypted_response_alg": one_of("encryption_algs"),
    "id_token_encrypted_response_enc": one_of("encryption_encs"),
    "userinfo_signed_response_alg": one_of("signing_algs"),
    "userinfo_encrypted_response_alg": one_of("encryption_algs"),
    "userinfo_encrypted_response_enc": one_of("encryption_encs"),
    "request_object_signing_alg": one_of("client_signing_algs"),
    "request_object_encryption_alg": one_of("encryption_algs"),
    "request_object_encryption_enc": one_of("encryption_encs"),
    "request_uris": uris,
    "default_max_age": seconds,
    "require_auth_time": boolean,
    "default_acr_values": texts,
    "initiate_login_uri": uri,
    "frontchannel_logout_uri": uri,
    "frontchannel_logout_session_required": boolean,
    "backchannel_logout_uri": uri,
    "backchannel_logout_session_required": boolean,
    "backchannel_client_notification_endpoint": uri,
    "require_pushed_authorization_requests": boolean,
    "require_signed_request_object": boolean,
    "dpop_bound_access_tokens": boolean,
}

#: Members that may come in several languages, as ``client_name#ja`` (RFC 7591 §2.2).
TRANSLATED = frozenset({"client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"})
REDIRECTS = frozenset({"redirect_uris", "post_logout_redirect_uris"})
