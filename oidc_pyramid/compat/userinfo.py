"""The ancestor's ``OIDC_USERINFO``: ``f(claims, user)``, or a class with ``get_by_user(user)``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from zope.interface import implementer

from oidc_pyramid import plugins
from oidc_pyramid.claims.address import PARTS, AddressClaims
from oidc_pyramid.claims.email import EmailClaims
from oidc_pyramid.claims.phone import PhoneClaims
from oidc_pyramid.claims.profile import ProfileClaims
from oidc_pyramid.compat.call import fitting, own_user
from oidc_pyramid.interfaces import IClaims

FLAT = (
    *ProfileClaims.supplies,
    *EmailClaims.supplies,
    *PhoneClaims.supplies,
)
STANDARD_CLAIMS: Mapping[str, Any] = {
    **dict.fromkeys(FLAT, ""),
    "email_verified": False,
    "phone_number_verified": False,
    "address": dict.fromkeys(PARTS, ""),
}
NAMES = {"given_name": "first_name", "family_name": "last_name"}


class Reader:
    """The standard claims of an account as the hook gives them; none without a hook."""

    def __init__(self, hook: Any = None) -> None:
        self._hook = hook

    def __call__(self, account: Any) -> dict[str, Any]:
        """A fresh mapping each time: the ancestor handed the same one to everybody."""
        claims: dict[str, Any] = deepcopy(dict(STANDARD_CLAIMS))
        if self._hook is None:
            return claims
        user = own_user(account)
        if hasattr(self._hook, "get_by_user"):
            return _attributes(fitting(_bound(self._hook), user), claims)
        found = fitting(self._hook, claims, user)
        return claims if found is None else dict(found)


def _bound(hook: Any) -> Any:
    """``get_by_user`` is a class method, or a method of a class that needs nothing."""
    owner = hook
    if isinstance(hook, type) and not isinstance(
        hook.__dict__.get("get_by_user"), (classmethod, staticmethod)
    ):
        owner = hook()
    return owner.get_by_user


def _attributes(holder: Any, claims: dict[str, Any]) -> dict[str, Any]:
    """``name``, ``email``, ``address_locality``... of an object; what is missing stays empty."""
    for name in FLAT:
        claims[name] = getattr(holder, name, claims[name])
    for part in PARTS:
        claims["address"][part] = getattr(holder, f"address_{part}", "")
    return claims


class Overlay:
    """An account as claims suppliers see it: the hook's values first, then its own."""

    def __init__(self, account: Any, values: Mapping[str, Any]) -> None:
        self._account = account
        address = values.get("address") or {}
        flat = {**values, **{f"address_{part}": address.get(part) for part in PARTS}}
        self._values = {name: value for name, value in flat.items() if value}

    def __getattr__(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        found = getattr(self._account, name, None)
        if found or name not in NAMES:
            return found
        return getattr(own_user(self._account), NAMES[name], None)


@implementer(IClaims)
class HookedClaims:
    """One of our standard suppliers, looking at the account through the hook."""

    def __init__(self, supplier: Any, reader: Reader) -> None:
        self.name, self.supplies = supplier.name, supplier.supplies
        self._supplier, self._reader = supplier, reader

    def __call__(self, account: Any) -> Mapping[str, object]:
        """The same rules for what is empty and what is made from parts."""
        claims: Mapping[str, object] = self._supplier(Overlay(account, self._reader(account)))
        return claims


def suppliers(reader: Reader) -> dict[str, Any]:
    """Our four standard suppliers, looking through the hook if there is one."""
    ours = (ProfileClaims(), EmailClaims(), PhoneClaims(), AddressClaims())
    return {one.name: HookedClaims(one, reader) for one in ours}


def register(config: Any, hooked: Iterable[HookedClaims]) -> None:
    """In the place of our own."""
    for supplier in hooked:
        plugins.register(config, IClaims, supplier)
