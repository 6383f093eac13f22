"""A person sees which applications have access, and takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oidc_pyramid.account.frame import to_login
from oidc_pyramid.events import ConsentWithdrawn, ScopeWithdrawn
from oidc_pyramid.interfaces import IAccountPage
from oidc_pyramid.models.grants import Grant
from oidc_pyramid.models.nodes import AccountPage
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.cards import ScopeRow, scope_rows
from oidc_pyramid.views.endpoint import endpoint
from oidc_pyramid.views.forms import read_form


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One client with a grant."""

    client_id: str
    name: str
    detail: str
    scopes: tuple[ScopeRow, ...] = ()


def application_rows(request: Any, account_id: str) -> list[ApplicationRow]:
    """By name; clients that are gone have nothing left to take back."""
    provider = request.oidc.provider
    rows = []
    for grant in provider.grants.of(account_id):
        client = provider.clients.get(grant.client_id)
        if client is not None:
            scopes = tuple(scope_rows(request, grant.scope, ()))
            detail = ", ".join(row.title for row in scopes)
            rows.append(ApplicationRow(client.client_id, client.name, detail, scopes))
    return sorted(rows, key=lambda row: row.name.casefold())


@endpoint(IAccountPage, "applications", methods=("POST",), page=True)
def revoke_application(_context: AccountPage, request: Any) -> Any:
    """End the grant, and everything that the client holds for this person is dead at once; or take
    one scope of it back, and no token reaches that far any more."""
    current = request.oidc.browser.current()
    if current is None:
        return to_login(request)
    params = read_form(request, "applications", current.sid)
    account_id, client_id = str(current.account.id), params.get("client_id") or ""
    grant = request.oidc.provider.grants.get(account_id, client_id)
    if grant is not None and grant.active:
        _take_back(request, grant, params.get("scope"))
    return outcomes.see_other(request.oidc.url("account"))


def _take_back(request: Any, grant: Grant, scope: str | None) -> None:
    oidc, whose = request.oidc, (grant.account_id, grant.client_id)
    if scope is None:
        grant.end(now=oidc.now)
        oidc.issuer.announce(ConsentWithdrawn(oidc.now, *whose))
    elif scope in grant.scope and scope != "openid":
        grant.withdraw((scope,))
        oidc.issuer.announce(ScopeWithdrawn(oidc.now, *whose, (scope,)))
