"""``request`` and ``request_uri``: an authorization request as a JWT (Core §6, RFC 9101)."""

from __future__ import annotations

from collections.abc import Sequence

from oidc_pyramid.fetch import Fetcher, FetchRefused
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.errors import AuthorizationError, Check, InvalidRequest
from oidc_pyramid.protocol.jose import (
    JoseError,
    parse,
    parse_unsigned,
    public_key,
    symmetric_key,
    verify,
)
from oidc_pyramid.protocol.jwe import decrypt, is_encrypted
from oidc_pyramid.protocol.jwk import ASYMMETRIC, HMAC_BYTES
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.protocol.request_object import TYPS, check, parameters

Pairs = list[tuple[str, str]]
LONGEST_URI = 512
OBJECTS = frozenset({"request", "request_uri"})
OK = 200

BAD_OBJECT = Check(
    "request-object",
    "RFC 9101 §6",
    "the request object is not acceptable",
    "Sign it with a registered key and the registered algorithm, for this provider.",
)
BAD_URI = Check(
    "request-uri",
    "RFC 9101 §5.2",
    "request_uri is not registered or can't be fetched",
    "Register it, exactly, among the client's request_uris.",
)
BOTH = Check("one-request", "RFC 9101 §5", "request and request_uri must not be used together")
NEEDED = Check("request-needed", "RFC 9101 §10.5", "this client must send a signed request object")


def carries_object(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether any parameter is one, even an empty or a repeated one."""
    return any(name in OBJECTS for name, _value in pairs)


def unpacked(
    pairs: Sequence[tuple[str, str]], client: Client, issuer: Issuer, fetcher: Fetcher
) -> Pairs:
    """The parameters to judge: those inside the object alone, where one was sent.

    Raises ``AuthorizationError``; whether it may be sent anywhere is for the caller to know.
    """
    sent = _sent(pairs)
    if not sent:
        if client.require_signed_request_object:
            raise AuthorizationError(NEEDED)
        return list(pairs)
    if len(sent) > 1:
        raise AuthorizationError(BOTH)
    token = _by_value(sent, issuer) or _by_reference(sent, client, issuer, fetcher)
    try:
        claims = _claims(token, client, issuer)
        check(claims, client.client_id, issuer.name, now=issuer.now)
        return parameters(claims, client.client_id)
    except JoseError as error:
        raise _invalid("invalid_request_object", BAD_OBJECT, str(error)) from error


def _sent(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    try:
        params = Params([pair for pair in pairs if pair[0] in OBJECTS])
        return {name: params.required(name) for name in params.names()}
    except InvalidRequest as error:
        raise AuthorizationError(error.check, private=error.private) from error


def _by_value(sent: dict[str, str], issuer: Issuer) -> str | None:
    if "request" in sent and not issuer.settings.request_parameter:
        raise _invalid("request_not_supported", BAD_OBJECT, "oidc.request_parameter is off")
    return sent.get("request")


def _by_reference(sent: dict[str, str], client: Client, issuer: Issuer, fetcher: Fetcher) -> str:
    """Only what is registered is fetched; a fragment is the client's version mark (Core §6.2)."""
    uri = sent["request_uri"]
    if not issuer.settings.request_uri_parameter:
        raise _invalid("request_uri_not_supported", BAD_URI, "oidc.request_uri_parameter is off")
    known = {registered.partition("#")[0] for registered in client.request_uris}
    if len(uri) > LONGEST_URI or uri.partition("#")[0] not in known:
        raise _invalid("invalid_request_uri", BAD_URI, f"sent {uri[:80]!r}")
    try:
        answer = fetcher.get(uri.partition("#")[0], accept="application/oauth-authz-req+jwt")
        if answer.status != OK:
            raise _invalid("invalid_request_uri", BAD_URI, f"status {answer.status}")
        return answer.body.decode("ascii").strip()
    except (FetchRefused, UnicodeDecodeError) as error:
        raise _invalid("invalid_request_uri", BAD_URI, str(error)) from error


def _claims(token: str, client: Client, issuer: Issuer) -> dict[str, object]:
    """Decrypted if it is encrypted, and then signed all the same (Core §6.1)."""
    if is_encrypted(token):
        token = decrypt(token, issuer.keys.decryption_keys())
    elif client.request_object_encryption_alg:
        raise JoseError("the client has registered to encrypt its request objects")
    pinned = client.request_object_signing_alg
    if parse_alg(token) == "none":
        unsigned = issuer.settings.request_object_unsigned
        if not unsigned or pinned not in ("", "none") or client.require_signed_request_object:
            raise JoseError("unsigned request objects are not accepted")
        return parse_unsigned(token)
    if pinned == "none":
        raise JoseError("the client has registered not to sign")
    if parse_alg(token).startswith("HS"):
        return _by_secret(token, client, issuer, pinned)
    return issuer.client_keys.verify(client, token, (pinned,) if pinned else ASYMMETRIC, TYPS)


def parse_alg(token: str) -> str:
    """The algorithm that the header names."""
    return "none" if token.endswith(".") else parse(token).alg


def _by_secret(token: str, client: Client, issuer: Issuer, pinned: str) -> dict[str, object]:
    """Only where the client has registered that, and its secret is kept (Core §10.1)."""
    if pinned not in HMAC_BYTES:
        raise JoseError("the client has not registered this algorithm")
    try:
        secret = client.open_secret(issuer.settings.secrets).encode()
        key = public_key(symmetric_key(secret, pinned), symmetric=True)
    except ValueError as error:
        raise JoseError(str(error)) from error
    return verify(token, [key], (pinned,), TYPS)


def _invalid(error: str, check_: Check, private: str) -> AuthorizationError:
    return AuthorizationError(check_, error=error, private=private)
