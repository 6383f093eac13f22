"""``client_secret_post``: id and secret as form parameters (RFC 6749 §2.3.1)."""

from __future__ import annotations

from oidc_pyramid.client_auth import Presented
from oidc_pyramid.interfaces import IClientAuth
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.plugins import plugin


@plugin(IClientAuth)
class ClientSecretPost:
    """Used when a ``client_secret`` comes in the body."""

    name = "client_secret_post"

    def client_id(self, presented: Presented) -> str | None:
        """The ``client_id`` beside the secret."""
        if presented.params.get("client_secret") is None:
            return None
        return presented.params.get("client_id") or ""

    def verify(self, presented: Presented, client: Client, issuer: Issuer) -> bool:
        """Compared by digest, in constant time."""
        secret = presented.params.get("client_secret") or ""
        return client.check_secret(secret, now=issuer.now)
