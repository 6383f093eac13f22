"""``private_key_jwt``: an assertion signed with a key of the client (Core §9, RFC 7523)."""

from __future__ import annotations

from oidc_pyramid.client_auth import Presented
from oidc_pyramid.client_auth.assertion import accept, presented_alg, presented_client, refused
from oidc_pyramid.interfaces import IClientAuth
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.client_assertion import TYPS
from oidc_pyramid.protocol.jose import JoseError
from oidc_pyramid.protocol.jwk import ASYMMETRIC


@plugin(IClientAuth)
class PrivateKeyJwt:
    """Used when an assertion comes that is not signed with a secret."""

    name = "private_key_jwt"

    def client_id(self, presented: Presented) -> str | None:
        """The subject of the assertion."""
        alg = presented_alg(presented)
        if alg is None or alg.startswith("HS"):
            return None
        return presented_client(presented) if alg else ""

    def verify(self, presented: Presented, client: Client, issuer: Issuer) -> bool:
        """Only with a registered key and the registered algorithm; embedded keys mean nothing."""
        text = presented.params.get("client_assertion") or ""
        pinned = client.token_endpoint_auth_signing_alg
        try:
            claims = issuer.client_keys.verify(
                client, text, (pinned,) if pinned else ASYMMETRIC, TYPS
            )
            accept(claims, presented, client, issuer)
        except JoseError as error:
            return refused(error, client)
        return True
