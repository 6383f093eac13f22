"""Places in the tree that have a URL and no record of their own."""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from oidc_pyramid.interfaces import (
    IAccountPage,
    IClient,
    IClients,
    IInteraction,
    IInteractions,
    IWellKnown,
)


class Place:
    """A location-aware node."""

    def __init__(self, parent: Any, name: str) -> None:
        self.__parent__ = parent
        self.__name__ = name


@implementer(IWellKnown)
class WellKnown(Place):
    """``/.well-known``."""


@implementer(IClient)
class NoClient(Place):
    """``/clients/{something}``: answers as a client does whose token one does not have."""


@implementer(IClients)
class ClientsPlace(Place):
    """``/clients``: below it are the persistent clients themselves."""

    def __getitem__(self, client_id: str) -> Any:
        return self.__parent__.clients.get(client_id) or NoClient(self, client_id)


@implementer(IAccountPage)
class AccountPage(Place):
    """``/account``."""


@implementer(IInteraction)
class Interaction(Place):
    """``/interactions/{seal}``: its name is the seal, opened by the views."""


@implementer(IInteractions)
class Interactions(Place):
    """``/interactions``: any well-formed name is an interaction until it is opened."""

    def __getitem__(self, name: str) -> Interaction:
        if not name.isascii() or len(name) < 40:
            raise KeyError(name)
        return Interaction(self, name)
