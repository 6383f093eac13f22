"""What is fuzzed: each takes any bytes and raises only when the provider is at fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from oidc_pyramid.protocol import (
    claims_request,
    jose,
    jwe,
    redirect_uri,
    request_object,
    strict_json,
)
from oidc_pyramid.protocol import client_metadata as metadata
from oidc_pyramid.protocol.compact import JoseError
from oidc_pyramid.protocol.errors import ProtocolError
from oidc_pyramid.protocol.jwk import new_key, parse_jwks, public_key
from oidc_pyramid.protocol.language import choose, language_tag_ok
from oidc_pyramid.protocol.params import Params, parse_form
from oidc_pyramid.protocol.seal import Sealer, SealError

NOW = 1_800_000_000
REGISTERED = (
    "https://rp.example/cb",
    "https://rp.example/cb?x=1",
    "http://127.0.0.1/cb",
    "http://[::1]:80/cb",
    "com.example.app:/cb",
)


LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?/cb")


class Finding(Exception):
    """A rule that the answer broke."""


def text(data: bytes) -> str:
    """As a WSGI server hands it on: any bytes are some text."""
    return data.decode("utf-8", "surrogateescape")


def form(data: bytes) -> None:
    """The body of a form, and what is asked of it."""
    with suppress(ProtocolError):
        pairs = parse_form(data)
        params = Params(pairs, repeatable=("resource",))
        repr(params)
        for name in ("client_id", "scope", "resource", *params.names()):
            with suppress(ProtocolError):
                params.get(name)
                params.all(name)


def redirect(data: bytes) -> None:
    """Only what is registered, to the letter, or a loopback address on another port."""
    requested = text(data)
    for kind in ("web", "native"):
        with suppress(ValueError):
            redirect_uri.check_registered(requested, application_type=kind)
        good = redirect_uri.matches(requested, REGISTERED, application_type=kind)
        if good and requested not in REGISTERED and not _other_port(requested, kind):
            raise Finding(f"{requested!r} was taken for registered")


def _other_port(requested: str, kind: str) -> bool:
    """With a port or without one (RFC 8252 §7.3)."""
    return kind == "native" and LOOPBACK.fullmatch(requested) is not None


def registration(data: bytes) -> None:
    """The JSON document of a client."""
    with suppress(ValueError, RecursionError, ProtocolError):
        document = strict_json.loads(data)
        if isinstance(document, dict):
            _validated(document)


def _validated(document: dict[str, object]) -> None:
    """Its refusals are protocol errors: a ``ValueError`` out of it is a defect."""
    try:
        metadata.validate(document)
    except ProtocolError:
        return
    except ValueError as error:
        raise Finding(repr(error)) from error


def claims(data: bytes) -> None:
    """The ``claims`` parameter."""
    with suppress(ValueError, ProtocolError):
        claims_request.parse(text(data))


@cache
def _private() -> dict[str, object]:
    return new_key("ES256", "fuzz")


def token(data: bytes) -> None:
    """A JWT of whatever kind: nobody of ours has signed it."""
    key = public_key(jose.public_part(_private()))
    with suppress(JoseError):
        jose.verify(text(data), [key], ("ES256", "RS256", "HS256", "none"), (None, "JWT"))
        raise Finding("a token that nobody signed was accepted")
    with suppress(JoseError):
        jose.parse_unsigned(text(data))
    with suppress(JoseError):
        jwe.is_encrypted(text(data))
        jwe.decrypt(text(data), {})


def keys(data: bytes) -> None:
    """What a ``jwks_uri`` answers."""
    with suppress(ValueError, RecursionError):
        parse_jwks(strict_json.loads(data))


def request_object_claims(data: bytes) -> None:
    """The claims of a request object, as the parameters that they stand for."""
    with suppress(ValueError, RecursionError):
        document = strict_json.loads(data)
        if isinstance(document, dict):
            _as_parameters(document)


def _as_parameters(document: dict[str, object]) -> None:
    try:
        request_object.check(document, "rp", "https://op.example", now=NOW)
    except JoseError:
        pass
    except ValueError as error:
        raise Finding(repr(error)) from error
    with suppress(JoseError):
        params = Params(request_object.parameters(document, "rp"))
        for name in params.names():
            with suppress(ProtocolError):
                params.get(name)


@cache
def _sealer() -> Sealer:
    return Sealer({"01234567": bytes(range(32))}, "01234567", "https://op.example", 0)


def seal(data: bytes) -> None:
    """A code, a cookie, a pending request: nobody of ours has sealed it."""
    with suppress(SealError):
        _sealer().open("code", text(data))
        raise Finding("a seal that nobody made was opened")


def language(data: bytes) -> None:
    """``Accept-Language`` and ``ui_locales``."""
    language_tag_ok(text(data))
    choose(text(data).split(), text(data), ("en", "de"), "en")


PARSERS: dict[str, Callable[[bytes], None]] = {
    "claims": claims,
    "form": form,
    "keys": keys,
    "language": language,
    "redirect": redirect,
    "registration": registration,
    "request_object": request_object_claims,
    "seal": seal,
    "token": token,
}
REGISTRATION = (
    b'{"redirect_uris":["https://rp.example/cb"],"client_name#de":"x","contacts":["a"],'
    b'"response_types":["code"],"jwks":{"keys":[]},"default_max_age":1,"subject_type":"pairwise"}'
)
SEEDS: dict[str, tuple[bytes, ...]] = {
    "claims": (b'{"userinfo":{"name":{"essential":true,"values":["a"]}},"id_token":{"acr":null}}',),
    "form": (b"grant_type=authorization_code&code=a%20b&redirect_uri=https%3A%2F%2Frp&x=%c3%bc",),
    "keys": (b'{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"1","use":"sig"}]}',),
    "language": (b"de-CH, de;q=0.9, en;q=0.8, *;q=0.5",),
    "redirect": tuple(uri.encode() for uri in REGISTERED),
    "registration": (REGISTRATION,),
    "request_object": (
        b'{"iss":"rp","aud":"https://op.example","exp":1800000100,"scope":"openid","claims":{}}',
    ),
    "seal": (b"Ab65hzk55G5z1oCMrtPnkd1gyY3vrYcrMtRdutuZqonbk4fY3f4wwFUhPER_vPUSnJ-z7Dnavf4GTi",),
    "token": (
        b"eyJhbGciOiJFUzI1NiIsImtpZCI6ImZ1enoifQ.eyJpc3MiOiJycCJ9." + b"A" * 86,
        b"eyJhbGciOiJub25lIn0.eyJpc3MiOiJycCJ9.",
        b"eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkExMjhHQ00ifQ.AA.AA.AA.AA",
    ),
}
