"""``client_secret_jwt``: an assertion keyed with the client's secret (Core §9, §10.1)."""

from __future__ import annotations

from oidc_pyramid.client_auth import Presented
from oidc_pyramid.client_auth.assertion import accept, presented_alg, presented_client, refused
from oidc_pyramid.interfaces import IClientAuth
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.client_assertion import TYPS
from oidc_pyramid.protocol.jose import JoseError, public_key, symmetric_key, verify
from oidc_pyramid.protocol.jwk import HMAC_BYTES


@plugin(IClientAuth)
class ClientSecretJwt:
    """Needs the secret itself: kept wrapped for clients registered for this method alone."""

    name = "client_secret_jwt"

    def client_id(self, presented: Presented) -> str | None:
        """The subject of an assertion that says it is keyed with a secret."""
        alg = presented_alg(presented)
        return presented_client(presented) if alg and alg.startswith("HS") else None

    def verify(self, presented: Presented, client: Client, issuer: Issuer) -> bool:
        """HMAC with the kept secret (RFC 7518 §3.2)."""
        text = presented.params.get("client_assertion") or ""
        pinned = client.token_endpoint_auth_signing_alg
        algs = (pinned,) if pinned else tuple(HMAC_BYTES)
        try:
            secret = client.open_secret(issuer.settings.secrets).encode()
            keys = [
                public_key(symmetric_key(secret, alg), symmetric=True)
                for alg in algs
                if len(secret) >= HMAC_BYTES[alg]
            ]
            accept(verify(text, keys, algs, TYPS), presented, client, issuer)
        except (JoseError, ValueError, KeyError) as error:
            return refused(JoseError(str(error)), client)
        return True
