"""A host's own views behind access tokens: ``oidc_scopes=("books",)`` (RFC 6750, RFC 9068 §4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pyramid.viewderivers import INGRESS

from oidc_pyramid.anchors import Standing
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.errors import BearerError
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.bearer import authorize_bearer

View = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Token:
    """``request.oidc_token``: what a view may know of the token that opened it.

    ``account`` is None for a client that speaks for itself. ``claims`` are those that
    introspection would answer.
    """

    account: Any
    client_id: str
    scope: tuple[str, ...]
    audience: tuple[str, ...]
    subject: str
    issued_at: int
    expires_at: int
    claims: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, issuer: Any, token: AccessToken, found: Standing) -> Token:
        """Frozen: nothing that a view does to it changes anything."""
        person = found.account
        subject = token.client_id if person is None else issuer.subject(person, found.client)
        claims = {
            "iss": issuer.name,
            "sub": subject,
            "aud": list(token.audience),
            "client_id": token.client_id,
            "scope": " ".join(found.scope),
            "iat": token.issued_at,
            "exp": token.expires_at,
            "jti": token.id,
        }
        return cls(
            account=person,
            client_id=token.client_id,
            scope=found.scope,
            audience=token.audience,
            subject=subject,
            issued_at=token.issued_at,
            expires_at=token.expires_at,
            claims=MappingProxyType(claims),
        )


def oidc_scopes(view: View, info: Any) -> View:
    """The view deriver: all of the scopes are needed, an empty sequence asks for any token.

    ``oidc_audience`` is who the view is for a token (RFC 8707); without it the view takes the
    tokens that our own endpoints take. The check comes before the host's permission and CSRF
    checks.
    """
    scopes = info.options.get("oidc_scopes")
    if scopes is None:
        return view
    if isinstance(scopes, str):
        msg = f"oidc_scopes is a sequence of scopes, not the text {scopes!r}"
        raise TypeError(msg)
    return _protected(view, tuple(scopes), info.options.get("oidc_audience"))


oidc_scopes.options = ("oidc_scopes", "oidc_audience")  # type: ignore[attr-defined]


def _protected(view: View, scopes: tuple[str, ...], audience: str | None) -> View:
    def protected(context: Any, request: Any) -> Any:
        try:
            token, found = authorize_bearer(request, *scopes, audience=audience, body=False)
        except BearerError as error:
            return _challenge(request, error, scopes)
        request.oidc_token = Token.of(request.oidc.issuer, token, found)
        return view(context, request)

    return protected


def _challenge(request: Any, error: BearerError, scopes: tuple[str, ...]) -> Any:
    """Returned, not raised: a host's exception views have no part in it. A request without a
    token is told what is needed (RFC 6750 §3)."""
    error.scope = error.scope or (() if error.names_error else scopes)
    request.oidc.log_refusal(error)
    response = outcomes.bearer_error(request, error)
    response.headers["Cache-Control"] = "no-store"
    return response


class CarriesToken:
    """The view predicate ``oidc_bearer``: whether the request has a bearer token at all, so that
    one address can serve browsers with cookies and programs with tokens."""

    def __init__(self, value: bool, _config: Any) -> None:
        self._value = value

    def text(self) -> str:
        """For ``pviews``."""
        return f"oidc_bearer = {self._value}"

    phash = text

    def __call__(self, _context: Any, request: Any) -> bool:
        header = request.environ.get("HTTP_AUTHORIZATION", "")
        return header[:7].lower().startswith("bearer") is self._value


def includeme(config: Any) -> None:
    """``oidc_scopes`` and ``oidc_audience`` for each view, ``oidc_bearer`` as a predicate."""
    config.add_view_deriver(oidc_scopes, under=INGRESS, over="secured_view")
    config.add_view_predicate("oidc_bearer", CarriesToken)
    config.add_request_method(_no_token, "oidc_token", reify=True)


def _no_token(_request: Any) -> None:
    """A view that asks for no token has none."""
