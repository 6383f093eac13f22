"""What pages show of clients, people and scopes: plain values without secrets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from oidc_pyramid.claims_release import PREFIX
from oidc_pyramid.i18n import _
from oidc_pyramid.interfaces import IScope
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.redirect_uri import host_of, origin_of


@dataclass(frozen=True, slots=True)
class ClientCard:
    """A client as people see it. Links are https or absent."""

    name: str
    client_id: str
    host: str
    logo_uri: str | None
    client_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    verified: bool
    native: bool


@dataclass(frozen=True, slots=True)
class AccountCard:
    """A person as they see themselves."""

    id: str
    name: str
    username: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One scope in words; ``new`` since the last time."""

    name: str
    title: str
    description: str
    icon: str
    new: bool


def client_card(client: Client, redirect_uri: str = "") -> ClientCard:
    """For one request: the host shown is where the answer goes."""
    shown = redirect_uri or (client.redirect_uris or ("",))[0]
    return ClientCard(
        name=client.name,
        client_id=client.client_id,
        host=host_of(shown),
        logo_uri=https(client.logo_uri),
        client_uri=https(client.client_uri),
        policy_uri=https(client.policy_uri),
        tos_uri=https(client.tos_uri),
        verified=client.verified,
        native=client.application_type == "native",
    )


def https(uri: str | None) -> str | None:
    """Checked again where it is used: a record may be older than the rule."""
    origin = origin_of(uri) if uri else None
    return uri if origin is not None and origin.startswith("https://") else None


def account_card(account: Any) -> AccountCard:
    """Name, login name, picture."""
    name = getattr(account, "name", None) or getattr(account, "given_name", None)
    return AccountCard(
        id=str(account.id),
        name=name or account.username,
        username=account.username,
        picture=https(getattr(account, "picture", None)),
    )


def _claim_row(item: str, translate: Any, *, new: bool) -> ScopeRow:
    """A single claim that no scope covers (Core §5.5)."""
    claim = item.removeprefix(PREFIX)
    title = translate(_("One detail: ${claim}", mapping={"claim": claim}))
    return ScopeRow(item, title, translate(_("Read this part of your profile.")), "person", new)


def _unknown_row(name: str, translate: Any, *, new: bool) -> ScopeRow:
    """A scope that nobody has put into words: its name, and that we know no more of it."""
    title = translate(_("Access named “${scope}”", mapping={"scope": name}))
    text = translate(_("We do not know what this allows. Ask those who run the application."))
    return ScopeRow(name, title, text, "key", new)


def scope_rows(request: Any, scopes: Iterable[str], new: Iterable[str]) -> list[ScopeRow]:
    """Exactly what is granted, in the deployment's own words; ``openid`` says nothing more."""
    rows = []
    translate = request.localizer.translate
    for name in scopes:
        if name == "openid":
            continue
        if name.startswith(PREFIX):
            rows.append(_claim_row(name, translate, new=name in new))
            continue
        scope = request.oidc.plugin(IScope, name)
        if scope is None:
            rows.append(_unknown_row(name, translate, new=name in new))
            continue
        title, text = translate(scope.title), translate(scope.description)
        rows.append(ScopeRow(name, title, text, scope.icon, name in new))
    return rows
