"""Schema 3: the clients are counted, and those that wait for their first use are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from BTrees.OOBTree import OOTreeSet

from oidc_pyramid.models.clients import Number

if TYPE_CHECKING:
    from oidc_pyramid.models.provider import Provider


def run(provider: Provider) -> None:
    """Look at every client once, so that nobody has to again."""
    clients = provider.clients
    number, unused = Number(), OOTreeSet()
    for client in clients:
        number.value += 1
        if client.dynamic and not client.used:
            unused.insert((client.created_at, client.client_id))
        client._p_deactivate()
    clients._number, clients._unused = number, unused  # noqa: SLF001 - theirs, and new
