"""A host's own users, in the clothes that an ``IAccount`` wears."""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from oidc_pyramid.interfaces import IAccount, IAccounts


@implementer(IAccount)
class HostAccount:
    """A row or object of the host; what it lacks of ``IAccount`` is put in.

    Claims are read off the host's object: ``name``, ``email``, ``address_locality``...
    """

    __slots__ = ("host_user",)

    def __init__(self, host_user: Any) -> None:
        self.host_user = host_user

    @property
    def id(self) -> str:
        """As text: it is a key and, unless a hook says otherwise, the ``sub``."""
        return str(self.host_user.id)

    @property
    def username(self) -> str:
        """What the person types, or the next best that people would recognise."""
        user = self.host_user
        names = (getattr(user, name, None) for name in ("username", "login", "email"))
        return str(next(filter(None, names), self.id))

    @property
    def generation(self) -> int:
        """Without one, what was issued ends only with grant, session or client."""
        return int(getattr(self.host_user, "generation", None) or 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.host_user, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HostAccount) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


@implementer(IAccounts)
class HostAccounts:
    """A host's ``IAccounts``, of which only ``get`` has to be there."""

    def __init__(self, hosts: Any) -> None:
        self._hosts = hosts

    def get(self, account_id: str) -> HostAccount | None:
        """The account, or None; also None when it may not sign in any more."""
        return clothed(self._hosts.get(account_id))

    def by_userid(self, userid: Any) -> HostAccount | None:
        """By what the host's security policy calls it; the same as the id unless it says so."""
        find = getattr(self._hosts, "by_userid", None)
        return self.get(str(userid)) if find is None else clothed(find(userid))

    def authenticate(self, username: str, password: str) -> HostAccount | None:
        """Nobody, where the host alone checks passwords."""
        check = getattr(self._hosts, "authenticate", None)
        return None if check is None else clothed(check(username, password))

    def pin(self, account: HostAccount) -> None:
        """Where the host can make a rival change fail this commit, it does it here."""
        pin = getattr(self._hosts, "pin", None)
        if pin is not None:
            pin(account.host_user)


def clothed(user: Any) -> HostAccount | None:
    """None stays None."""
    return user if user is None or isinstance(user, HostAccount) else HostAccount(user)
