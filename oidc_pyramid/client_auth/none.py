"""``none``: a public client only says who it is (RFC 6749 §3.2.1)."""

from __future__ import annotations

from oidc_pyramid.client_auth import Presented
from oidc_pyramid.interfaces import IClientAuth
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.plugins import plugin


@plugin(IClientAuth)
class NoAuthentication:
    """Used when a ``client_id`` comes and nothing else."""

    name = "none"

    def client_id(self, presented: Presented) -> str | None:
        """Other methods that are used as well take precedence over this one."""
        return presented.params.get("client_id")

    def verify(self, presented: Presented, client: Client, issuer: Issuer) -> bool:
        """There is nothing to prove; the caller has checked that the client is public."""
        return client.public
