"""The authorization request: from raw parameters to a judged value (RFC 6749 §4.1.1, Core §3.1.2).

``identify`` comes first: it either raises a ``PageError`` or returns a ``Reply``. Only with a
``Reply`` in hand can anything be sent to a client.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

from oidc_pyramid.protocol import claims_request, packing, pkce, redirect_uri, scope
from oidc_pyramid.protocol.claims_request import ClaimsRequest
from oidc_pyramid.protocol.errors import AuthorizationError, Check, InvalidRequest, PageError
from oidc_pyramid.protocol.language import language_tag_ok
from oidc_pyramid.protocol.outcomes import Reply
from oidc_pyramid.protocol.params import Params, fault_of
from oidc_pyramid.protocol.resource import NOTHING_UNDERSTOOD, SEVERAL, Resource

IDENTIFYING = frozenset({"client_id", "redirect_uri", "response_type", "response_mode", "state"})
PROMPTS = ("none", "login", "consent", "select_account", "create")
MAX_STATE = 2048
MAX_NONCE = 1024
MAX_HINT = 254
MAX_LEVEL = 255
MAX_TAG = 35  # RFC 5646 §4.4.1
MOST_WISHES = 10


class ClientView(Protocol):
    """What judging a request needs to know of a client."""

    client_id: str
    redirect_uris: tuple[str, ...]
    application_type: str
    response_types: tuple[str, ...]
    response_modes: tuple[str, ...]
    scope: tuple[str, ...]
    require_pkce: bool
    default_max_age: int | None
    default_acr_values: tuple[str, ...]

    @property
    def public(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """What this deployment enables."""

    response_types: Collection[str]
    response_modes: Collection[str]
    token_modes: Collection[str]
    scopes: Collection[str]
    prompts: Collection[str] = PROMPTS
    require_pkce: bool = False
    resources: Mapping[str, Resource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A validated authorization request, and the interaction that it is part of."""

    interaction: str
    client_id: str
    redirect_uri: str
    response_type: tuple[str, ...]
    response_mode: str
    scope: tuple[str, ...]
    asked_at: int
    expires_at: int
    state: str | None = None
    nonce: str | None = None
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    code_challenge: str = ""
    login_hint: str = ""
    ui_locales: tuple[str, ...] = ()
    display: str = ""
    acr_values: tuple[str, ...] = ()
    hinted: str = ""
    claims: str = ""
    claims_locales: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()

    @property
    def is_authentication(self) -> bool:
        """True for OpenID Connect, false for plain OAuth 2.0 (Core §3.1.2.1)."""
        return "openid" in self.scope

    @property
    def claims_request(self) -> ClaimsRequest:
        """The ``claims`` parameter, parsed (Core §5.5)."""
        return claims_request.parse(self.claims)

    def reply(self, issuer: str) -> Reply:
        """Where the answer goes."""
        return Reply(self.redirect_uri, self.response_mode, self.state, issuer, self.client_id)

    def to_json(self) -> str:
        """For the seal: a list in the order of the fields, defaults at the end left out."""
        values = packing.values(self)
        defaults = [f.default for f in fields(self)]
        while values and values[-1] == defaults[len(values) - 1]:
            values.pop()
        return packing.to_json(values)

    @classmethod
    def from_json(cls, text: str) -> Wanted:
        """The inverse of ``to_json``."""
        values: list[Any] = [tuple(v) if isinstance(v, list) else v for v in json.loads(text)]
        return cls(*values)

    def without(self, prompt: str) -> Wanted:
        """The same request with one prompt value less."""
        return replace(self, prompt=tuple(p for p in self.prompt if p != prompt))


def identify(params: Params, client: ClientView | None, offer: Offer, issuer: str) -> Reply:
    """Prove the client and the redirect URI, and find out how to answer.

    Raises ``PageError``: nothing may be redirected yet (RFC 6749 §4.1.2.1, RFC 9700 §4.11).
    """
    if client is None:
        raise PageError(UNKNOWN_CLIENT, error="invalid_client")
    uri = _redirect_uri(params, client)
    types = frozenset((params.get("response_type") or "code").split(" "))
    asked = params.get("response_mode")
    default = "fragment" if types & {"token", "id_token"} else "query"
    safe = offer.response_modes if default == "query" else offer.token_modes
    mode = asked if asked is not None and asked in safe else default
    return Reply(uri, mode, _state(params), issuer, client.client_id)


UNKNOWN_CLIENT = Check(
    "client-known",
    "RFC 6749 §4.1.2.1",
    "There is no client with this client_id.",
    "Register the client, or correct client_id in the link that led here.",
)
REDIRECT_MISSING = Check(
    "redirect-uri-sent",
    "Core §3.1.2.1",
    "redirect_uri is missing.",
    "Send redirect_uri, exactly as it is registered.",
)
REDIRECT_UNREGISTERED = Check(
    "redirect-uri-registered",
    "RFC 9700 §2.1",
    "redirect_uri is not registered for this client.",
    "Register this very string, or send the registered one: they are compared byte by byte.",
)


def _redirect_uri(params: Params, client: ClientView) -> str:
    uri = params.get("redirect_uri")
    if uri is None:
        raise PageError(REDIRECT_MISSING)
    if not redirect_uri.matches(
        uri, client.redirect_uris, application_type=client.application_type
    ):
        raise PageError(REDIRECT_UNREGISTERED, private=f"sent {uri!r}")
    try:
        redirect_uri.check_registered(uri, application_type=client.application_type)
    except ValueError as error:
        raise PageError(REDIRECT_UNREGISTERED, private=f"{uri!r}: {error}") from error
    return uri


def _state(params: Params) -> str | None:
    state = params.get("state")
    return state if state is not None and len(state) <= MAX_STATE else None


def salvage(pairs: Sequence[tuple[str, str]]) -> Params:
    """What identifies the request when a part of it is malformed: parameters sent once, cleanly.

    A repeated ``scope`` is told to the client; a repeated ``redirect_uri`` is as good as none.
    """
    times = Counter(name for name, _value in pairs)
    return Params(
        (name, value)
        for name, value in pairs
        if name in IDENTIFYING and times[name] == 1 and fault_of(name, value) is None
    )


def judge(
    pairs: Sequence[tuple[str, str]],
    client: ClientView,
    reply: Reply,
    offer: Offer,
    *,
    interaction: str,
    now: int,
    lifetime: int,
) -> Wanted:
    """Check everything else and return what is wanted; raises ``AuthorizationError``."""
    try:
        params = Params(pairs, repeatable=("resource",))
        params.check_all()
        return _judge(params, client, reply, offer, interaction, now, lifetime)
    except InvalidRequest as error:
        raise AuthorizationError(error.check, private=error.private) from error


def _judge(
    params: Params,
    client: ClientView,
    reply: Reply,
    offer: Offer,
    interaction: str,
    now: int,
    lifetime: int,
) -> Wanted:
    _refuse_request_objects(params)
    resources = _resources(params, offer)
    response_type = _response_type(params, client, offer)
    scopes = _scope(params, client, offer, response_type)
    _check_resources(resources, scopes, response_type)
    return Wanted(
        interaction=interaction,
        client_id=client.client_id,
        redirect_uri=reply.redirect_uri,
        response_type=response_type,
        response_mode=_response_mode(params, client, reply, offer, response_type),
        scope=scopes,
        asked_at=now,
        expires_at=now + lifetime,
        state=_limited(params, "state", MAX_STATE),
        nonce=_nonce(params, response_type),
        prompt=_prompt(params, offer),
        max_age=_max_age(params, client),
        code_challenge=_challenge(params, client, offer, response_type),
        login_hint=(params.get("login_hint") or "")[:MAX_HINT],
        ui_locales=_languages(params, "ui_locales"),
        display=_display(params),
        acr_values=_wishes(params, "acr_values", MAX_LEVEL) or client.default_acr_values,
        claims=_claims(params),
        claims_locales=_languages(params, "claims_locales"),
        resources=tuple(one.identifier for one in resources),
    )


def _refuse_request_objects(params: Params) -> None:
    """Core §6.1: ``request_not_supported`` and its siblings."""
    for name in ("request", "request_uri", "registration"):
        if params.get(name) is not None:
            error = f"{name}_not_supported"
            raise AuthorizationError(
                f"the parameter {name} is not supported here", spec="Core §3.1.2.6", error=error
            )


def _resources(params: Params, offer: Offer) -> tuple[Resource, ...]:
    """Tokens are for what this deployment knows; the same is asked at the token endpoint."""
    names = dict.fromkeys(params.all("resource"))
    if not offer.resources.keys() >= names.keys():
        raise AuthorizationError(UNKNOWN_RESOURCE, error="invalid_target")
    return tuple(offer.resources[name] for name in names)


UNKNOWN_RESOURCE = Check(
    "resource-known",
    "RFC 8707 §2.1",
    "this resource is not known here",
    "Name it as it is written in oidc.resources.",
)


def _check_resources(
    resources: tuple[Resource, ...], scopes: tuple[str, ...], response_type: tuple[str, ...]
) -> None:
    """Before anybody is asked: a token for each of them would say something (RFC 8707 §2), and
    a token of this answer has one target (§2.1)."""
    if not all(resource.understood(scopes) for resource in resources):
        raise AuthorizationError(NOTHING_UNDERSTOOD, error="invalid_target")
    if "token" in response_type and len(resources) > 1:
        raise AuthorizationError(SEVERAL, error="invalid_target")


def _response_type(params: Params, client: ClientView, offer: Offer) -> tuple[str, ...]:
    """Names are a set: order does not matter, repetition is an error (RFC 6749 §3.1.1)."""
    text = params.get("response_type")
    if text is None:
        raise AuthorizationError(
            "response_type is missing", spec="RFC 6749 §4.1.1", check="response-type-sent"
        )
    names = text.split(" ")
    if len(set(names)) != len(names) or not _offered(names, offer.response_types):
        raise AuthorizationError(
            "this response_type is not supported here",
            spec="RFC 6749 §3.1.1",
            check="response-type-supported",
            error="unsupported_response_type",
            private=f"sent {text[:80]!r}",
        )
    if not _offered(names, client.response_types):
        raise AuthorizationError(
            "this client may not use this response_type",
            spec="RFC 6749 §4.1.2.1",
            check="response-type-registered",
            error="unauthorized_client",
        )
    return tuple(sorted(names))


def _offered(names: list[str], offered: Collection[str]) -> bool:
    return any(frozenset(names) == frozenset(one.split(" ")) for one in offered)


def _scope(
    params: Params, client: ClientView, offer: Offer, response_type: tuple[str, ...]
) -> tuple[str, ...]:
    """Unknown and unregistered scopes are ignored, never granted (Core §3.1.2.1)."""
    try:
        asked = scope.parse(params.get("scope"))
    except ValueError as error:
        raise AuthorizationError(
            f"scope is malformed: {error}", spec="RFC 6749 §3.3", error="invalid_scope"
        ) from error
    allowed = tuple(s for s in asked if s in offer.scopes and s in client.scope)
    if "id_token" in response_type and "openid" not in allowed:
        raise AuthorizationError(
            "an ID Token needs the scope openid", spec="Core §3.2.2.1", error="invalid_scope"
        )
    if not allowed:
        raise AuthorizationError(
            "none of these scopes can be granted to this client",
            spec="RFC 6749 §3.3",
            check="scope-allowed",
            error="invalid_scope",
        )
    return allowed


def _response_mode(
    params: Params,
    client: ClientView,
    reply: Reply,
    offer: Offer,
    response_type: tuple[str, ...],
) -> str:
    """No token ever travels in a query (Multiple Response Types §5, RFC 9700 §4.3.2)."""
    asked = params.get("response_mode")
    if asked is None:
        return reply.mode
    known = asked in offer.response_modes
    if not known or (client.response_modes and asked not in client.response_modes):
        raise AuthorizationError(
            "this response_mode is not supported for this client",
            spec="Multiple Response Types §2.1",
            check="response-mode-supported",
        )
    if set(response_type) & {"token", "id_token"} and asked not in offer.token_modes:
        raise AuthorizationError(
            "tokens are never sent in a query",
            spec="Multiple Response Types §5",
            check="response-mode-safe",
        )
    return asked


def _nonce(params: Params, response_type: tuple[str, ...]) -> str | None:
    """REQUIRED where an ID Token comes from the authorization endpoint (Core §3.2.2.1)."""
    nonce = _limited(params, "nonce", MAX_NONCE)
    if nonce is None and "id_token" in response_type:
        raise AuthorizationError(
            "nonce is required with this response_type", spec="Core §3.2.2.1", check="nonce-sent"
        )
    return nonce


def _prompt(params: Params, offer: Offer) -> tuple[str, ...]:
    """``none`` stands alone (Core §3.1.2.1)."""
    names = (
        tuple(dict.fromkeys((params.get("prompt") or "").split(" ")))
        if params.get("prompt")
        else ()
    )
    if any(name not in offer.prompts for name in names):
        raise AuthorizationError("a prompt value is unknown", spec="Core §3.1.2.1", check="prompt")
    if "none" in names and len(names) > 1:
        raise AuthorizationError(
            "prompt=none can't be combined with other values",
            spec="Core §3.1.2.1",
            check="prompt-none-alone",
        )
    return names


def _max_age(params: Params, client: ClientView) -> int | None:
    text = params.get("max_age")
    if text is None:
        return client.default_max_age
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        raise AuthorizationError(
            "max_age is a number of seconds", spec="Core §3.1.2.1", check="max-age"
        )
    return int(text)


def _challenge(
    params: Params, client: ClientView, offer: Offer, response_type: tuple[str, ...]
) -> str:
    """S256 only; required for public clients (RFC 7636 §4.4.1, RFC 9700 §2.1.1)."""
    challenge = params.get("code_challenge")
    method = params.get("code_challenge_method")
    if challenge is None and method is None:
        needed = client.public or offer.require_pkce or client.require_pkce
        if needed and "code" in response_type:
            raise AuthorizationError(
                "code_challenge is required (PKCE)", spec="RFC 7636 §4.4.1", check="pkce-required"
            )
        return ""
    try:
        pkce.check_challenge(challenge, method)
    except ValueError as error:
        raise AuthorizationError(str(error), spec="RFC 7636 §4.3", check="pkce") from error
    return challenge or ""


def _wishes(params: Params, name: str, longest: int) -> tuple[str, ...]:
    """The first few words; one that is too long to be of ours is no error (Core §3.1.2.1)."""
    words = (params.get(name) or "").split()
    return tuple(word for word in words if len(word) <= longest)[:MOST_WISHES]


def _languages(params: Params, name: str) -> tuple[str, ...]:
    return tuple(tag for tag in _wishes(params, name, MAX_TAG) if language_tag_ok(tag))


def _claims(params: Params) -> str:
    """In its shortest form (Core §5.5)."""
    try:
        return claims_request.parse(params.get("claims")).text
    except ValueError as error:
        raise AuthorizationError(
            f"claims can't be read: {error}", spec="Core §5.5", check="claims-parameter"
        ) from error


def _display(params: Params) -> str:
    display = params.get("display") or ""
    return display if display in {"page", "popup", "touch", "wap"} else ""


def _limited(params: Params, name: str, limit: int) -> str | None:
    value = params.get(name)
    if value is not None and len(value) > limit:
        raise AuthorizationError(
            f"{name} is longer than {limit} characters", check=f"{name}-length"
        )
    return value
