"""Which claims of an account a client is told: by scope, by the ``claims`` parameter, by consent.

A claim that no granted scope covers is asked for on the consent page as ``claim:NAME`` and
remembered like a scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from oidc_pyramid.interfaces import IClaims, IClientClaims
from oidc_pyramid.protocol.claims_request import ClaimsRequest, Demand, answer
from oidc_pyramid.protocol.id_token import without_empty

if TYPE_CHECKING:
    from oidc_pyramid.issuer import Issuer
    from oidc_pyramid.models.clients import Client

PREFIX = "claim:"


def single(issuer: Issuer, request: ClaimsRequest, scope: Iterable[str]) -> tuple[str, ...]:
    """The ``claim:NAME`` items of a request: claims that exist and that no scope of it covers."""
    covered = {claim for name in scope for claim in supplied_by(issuer, name)}
    known = {claim for claims in issuer.plugins.all(IClaims) for claim in claims.supplies}
    names = dict.fromkeys(base_name(name) for name in request.names())
    return tuple(f"{PREFIX}{name}" for name in names if name in known and name not in covered)


def base_name(claim: str) -> str:
    """``name`` of ``name#ja`` (Core §5.2)."""
    return claim.partition("#")[0]


def supplied_by(issuer: Issuer, scope: str) -> tuple[str, ...]:
    """The claims that a scope stands for."""
    supplier = issuer.plugins.get(IClaims, scope)
    return () if supplier is None else tuple(supplier.supplies)


def by_scope(
    issuer: Issuer, account: Any, scope: Iterable[str], client: Client | None = None
) -> dict[str, object]:
    """The claims of these scopes, without those that have no value (Core §5.4)."""
    claims: dict[str, object] = {}
    items = tuple(scope)
    for name in items:
        supplier = issuer.plugins.get(IClaims, name)
        if supplier is not None:
            if IClientClaims.providedBy(supplier):
                supplied = supplier.for_client(account, client, items)
            else:
                supplied = supplier(account)
            claims.update({c: v for c, v in supplied.items() if c in supplier.supplies})
    return without_empty(claims)


def by_demand(
    issuer: Issuer,
    account: Any,
    demands: Mapping[str, Demand],
    items: Iterable[str],
    client: Client | None = None,
) -> dict[str, object]:
    """The claims that were asked for one by one, as far as *items* (scopes and ``claim:NAME``)
    reach (Core §5.5)."""
    if not demands:
        return {}
    granted = set(items)
    reach = {item.removeprefix(PREFIX) for item in granted if item.startswith(PREFIX)}
    for scope in granted:
        reach.update(supplied_by(issuer, scope))
    known = by_scope(issuer, account, issuer.plugins.names(IClaims), client)
    known |= localised(account, demands)
    asked = {name: demand for name, demand in demands.items() if base_name(name) in reach}
    return answer(asked, known)


def localised(account: Any, names: Iterable[str]) -> dict[str, object]:
    """Claims with a language tag, where the account has them (Core §5.2).

    They lie in a record of their own, which is read only when there is something to look for.
    """
    tagged = [name for name in names if "#" in name]
    extra = (getattr(account, "extra", None) or {}) if tagged else {}
    return {name: extra[name] for name in tagged if name in extra}


def in_languages(
    account: Any, claims: Mapping[str, object], locales: Iterable[str]
) -> dict[str, object]:
    """What else there is of *claims* in the languages of ``claims_locales`` (Core §5.2)."""
    wanted = [f"{name}#{tag}" for tag in locales for name in claims]
    return localised(account, wanted)
