"""The root of everything that is kept for one issuer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from persistent import Persistent
from zope.interface import implementer

from oidc_pyramid.interfaces import IProvider
from oidc_pyramid.models import nodes
from oidc_pyramid.models.authorizations import Authorizations
from oidc_pyramid.models.browsers import Browsers
from oidc_pyramid.models.clients import Clients
from oidc_pyramid.models.denylist import Denylist
from oidc_pyramid.models.grants import Grants
from oidc_pyramid.models.keys import KeyRing
from oidc_pyramid.models.outbox import Outbox
from oidc_pyramid.models.registration import RegistrationTokens
from oidc_pyramid.models.shards import Shards
from oidc_pyramid.models.sweep import SweepMark
from oidc_pyramid.models.throttle import Buckets
from oidc_pyramid.models.users import Users
from oidc_pyramid.models.vault import Vault
from oidc_pyramid.protocol.wrap import Secrets

SCHEMA = 4


@implementer(IProvider)
class Provider(Persistent):
    """The provider. Only what has a URL is reached by ``[]``; vault, keys, grants are attributes.

    ``epoch`` is part of every seal and session: a restored backup raises it. ``schema`` is the
    number of the last evolve step that ran.
    """

    __name__ = ""
    __parent__: Any = None
    epoch: int = 1
    schema: int = 0

    def __init__(self, secret: bytes, *, now: int) -> None:
        self.uuid = uuid.uuid4().hex
        self.created_at = now
        self.schema = SCHEMA
        self.vault = Vault(secret)
        self.keys = KeyRing()
        self.clients = Clients()
        self.users = Users()
        self.grants = Grants()
        self.authorizations = Authorizations()
        self.browsers = Browsers()
        self.denylist = Denylist()
        self.assertions = Shards()
        self.outbox = Outbox()
        self.registration_tokens = RegistrationTokens()
        self.throttle = Buckets()
        self.sweep_mark = SweepMark()
        self.clients.__parent__ = self
        self.users.__parent__ = self

    def raise_epoch(self, *, now: int) -> int:
        """End all that was issued so far: seals, refresh tokens, sessions. The new epoch is the
        time, which it never was before, in whatever backup this began."""
        self.epoch = max(now, self.epoch + 1)
        return self.epoch

    def rewrap(self, old: Secrets, new: bytes) -> dict[str, int]:
        """Change ``oidc.secret``: all that lies here under an old one lies under *new* then.

        Nothing that was issued rests on that secret, so nothing ends. Returns how many there are;
        raises ``ValueError``, and has changed nothing that is committed, when one does not open.
        """
        keys = [key for key in self.keys.keys if key.private]
        clients = [client for client in self.clients if client.secret_wrapped]
        self.vault.rewrap(old, new)
        for key in keys:
            key.rewrap(old, new)
        for client in clients:
            client.rewrap(old, new)
        return {"roots": len(self.vault.roots), "keys": len(keys), "clients": len(clients)}

    def __getitem__(self, name: str) -> Any:
        return PLACES[name](self, name)


PLACES: dict[str, Callable[[Any, str], Any]] = {
    ".well-known": nodes.WellKnown,
    "interactions": nodes.Interactions,
    "account": nodes.AccountPage,
    "clients": nodes.ClientsPlace,
}
