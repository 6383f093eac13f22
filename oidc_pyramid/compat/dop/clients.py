"""A client record of the ancestor as one of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.jwk import HMAC_BYTES
from oidc_pyramid.protocol.redirect_uri import check_registered

STANDARD = ("openid", "profile", "email", "phone", "address", "offline_access")


def client_from(
    fields: Mapping[str, Any],
    response_types: Sequence[str],
    *,
    scopes: Iterable[str],
    auth_method: str,
    under: bytes,
    now: int,
) -> tuple[Client, list[str]]:
    """The client, and sentences about what could not be kept.

    ``scopes`` are those that any client of the ancestor could ask for; ``auth_method`` is how
    its confidential clients authenticate, which it did not record.
    """
    client_id = str(fields["client_id"])
    notes: list[str] = []
    public = fields.get("client_type") == "public"
    own = tuple(str(fields.get("_scope") or "").split())
    uris = _lines(fields.get("_redirect_uris"))
    kind = "native" if any(not u.lower().startswith(("https:", "http:")) for u in uris) else "web"
    client = Client(
        client_id,
        now=moment(fields.get("date_created"), now),
        client_name=str(fields.get("name") or ""),
        application_type=kind,
        redirect_uris=_registrable(uris, kind, notes),
        post_logout_redirect_uris=_lines(fields.get("_post_logout_redirect_uris")),
        response_types=tuple(response_types) or ("code",),
        grant_types=grant_types(response_types, own, public=public),
        scope=tuple(dict.fromkeys((*STANDARD, *scopes, *own))),
        token_endpoint_auth_method="none" if public else auth_method,
        client_uri=str(fields.get("website_url") or ""),
        policy_uri=str(fields.get("terms_url") or ""),
        contacts=tuple(filter(None, (fields.get("contact_email"),))),
        owner=key_of(fields.get("owner")),
        reuse_consent=None if public else bool(fields.get("reuse_consent", True)),
        skip_consent=not fields.get("require_consent", True),
    )
    secret = str(fields.get("client_secret") or "")
    client.id_token_signed_response_alg = _alg(fields, secret, notes)
    if not public:
        client.set_secret(secret, under=under)
    if fields.get("logo"):
        notes.append(f"its logo {fields['logo']} is a file there: give its address as logo_uri")
    return client, [f"client {client_id}: {note}" for note in notes]


def grant_types(
    response_types: Sequence[str], own_scope: Sequence[str], *, public: bool
) -> tuple[str, ...]:
    """What a client of the ancestor could do: by its response types, and by having scopes."""
    names = {name for one in response_types for name in one.split()} or {"code"}
    found = ["authorization_code", "refresh_token"] if "code" in names else []
    if names & {"id_token", "token"}:
        found.append("implicit")
    if own_scope and not public:
        found.append("client_credentials")
    return tuple(found)


def _alg(fields: Mapping[str, Any], secret: str, notes: list[str]) -> str:
    alg = str(fields.get("jwt_alg") or "RS256")
    if alg in HMAC_BYTES and len(secret.encode()) < HMAC_BYTES[alg]:
        notes.append(f"its secret is too short for {alg}: RS256 from now on")
        return "RS256"
    return alg


def _registrable(uris: Sequence[str], kind: str, notes: list[str]) -> tuple[str, ...]:
    kept = []
    for uri in uris:
        try:
            check_registered(uri, application_type=kind)
        except ValueError as error:
            notes.append(f"redirect URI {uri} is left out: it {error}")
        else:
            kept.append(uri)
    return tuple(kept)


def _lines(value: object) -> tuple[str, ...]:
    return tuple(str(value or "").split())


def moment(value: object, now: int) -> int:
    """A date or a time of a dump, in seconds."""
    if not value:
        return now
    found = dt.datetime.fromisoformat(str(value))
    return int((found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp())


def key_of(value: object) -> str:
    """A primary key, or a natural key of one part."""
    return str(value[0]) if isinstance(value, list) and value else str(value or "")
