"""``opaque``: a sealed access token; only we can read it, nothing is stored (RFC 6749 §1.4)."""

from __future__ import annotations

from oidc_pyramid.interfaces import ITokenFormat
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.plugins import plugin
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.seal import SealError
from oidc_pyramid.safe import ACCESS_TOKEN


@plugin(ITokenFormat)
class Opaque:
    """The default: it can be ended at once, and tells a thief nothing."""

    name = "opaque"

    def issue(self, token: AccessToken, issuer: Issuer) -> str:
        """Sealed for this issuer."""
        return issuer.opened.sealer.seal(ACCESS_TOKEN, token.pack())

    def read(self, text: str, issuer: Issuer) -> AccessToken | None:
        """None for anything that was not sealed as an access token."""
        try:
            return issuer.opened.access_token(text)
        except SealError:
            return None
