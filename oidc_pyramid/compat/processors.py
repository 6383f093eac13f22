"""The ancestor's processing hooks of ID Tokens and introspection answers, as token processors."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from zope.interface import implementer

from oidc_pyramid.compat.call import named, own_user
from oidc_pyramid.compat.scope_claims import Token
from oidc_pyramid.interfaces import ITokenProcessor
from oidc_pyramid.issuer import Issuance

log = logging.getLogger("oidc_pyramid.compat")

# What makes the token mean this person, this client and this request: not a hook's to change.
FIXED = ("iss", "sub", "aud", "azp", "nonce", "iat", "at_hash", "c_hash", "s_hash", "sid")


@implementer(ITokenProcessor)
class IdTokenHook:
    """``f(id_token, user, token, request)``: returns the claims of the ID Token."""

    kind = "id_token"

    def __init__(self, hook: Callable[..., Any], position: int) -> None:
        self.name = f"id_token_processing_hook-{position:03}"
        self._hook = hook

    def __call__(self, claims: Mapping[str, object], context: Issuance) -> Mapping[str, object]:
        """By name, as the ancestor calls it; the protocol's own claims stay as they are."""
        user = own_user(context.account)
        token = Token(user, context.client, list(context.scope))
        more = {"user": user, "token": token, "request": context.request}
        changed = named(self._hook, dict(claims), more)
        result = dict(claims) if changed is None else plain(changed)
        for name in FIXED:
            if result.get(name) != claims.get(name):
                log.warning("the hook %r may not change %r of an ID Token", self._hook, name)
                result.pop(name, None)
                result.update({name: claims[name]} if name in claims else {})
        return result


@implementer(ITokenProcessor)
class IntrospectionHook:
    """``f(response, client, id_token)``: returns the introspection answer (RFC 7662 §2.2)."""

    kind = "introspection"

    def __init__(self, hook: Callable[..., Any], position: int) -> None:
        self.name = f"introspection_processing_hook-{position:03}"
        self._hook = hook

    def __call__(self, claims: Mapping[str, object], context: Issuance) -> Mapping[str, object]:
        """``client`` is who asks. ID Tokens are not kept: the hook gets what one would say."""
        id_token = {name: claims[name] for name in ("iss", "sub", "iat", "exp") if name in claims}
        id_token["aud"] = claims.get("client_id")
        more = {"client": context.client, "id_token": id_token}
        changed = named(self._hook, dict(claims), more)
        return dict(claims) if changed is None else plain(changed)


def plain(claims: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values alone: hooks put dates and UUIDs into claims."""
    result: dict[str, Any] = json.loads(json.dumps(claims, default=_plain, skipkeys=True))
    return result


def _plain(value: Any) -> str:
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    return str(value)
