"""``client_secret_basic``: id and secret, form-urlencoded, in HTTP Basic (RFC 6749 §2.3.1)."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_plus

from oidc_pyramid.client_auth import Presented
from oidc_pyramid.interfaces import IClientAuth
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.plugins import plugin

_BASIC = re.compile(r"(?i:basic) +([A-Za-z0-9+/]+={0,2})")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@plugin(IClientAuth)
class ClientSecretBasic:
    """Used when an ``Authorization`` header comes; anything but strict Basic fails."""

    name = "client_secret_basic"

    def client_id(self, presented: Presented) -> str | None:
        """The id in the header; an unreadable header is as good as an unknown client."""
        if presented.authorization is None:
            return None
        return _credentials(presented.authorization)[0]

    def verify(self, presented: Presented, client: Client, issuer: Issuer) -> bool:
        """Compared by digest, in constant time."""
        secret = _credentials(presented.authorization or "")[1]
        return client.check_secret(secret, now=issuer.now)


def _credentials(header: str) -> tuple[str, str]:
    """Canonical base64 of ``urlencode(id):urlencode(secret)``; else a pair that fits nobody."""
    match = _BASIC.fullmatch(header)
    if match is None:
        return "", ""
    try:
        raw = base64.b64decode(match[1], validate=True)
        text = raw.decode("ascii")
    except (binascii.Error, ValueError):
        return "", ""
    client_id, colon, secret = text.partition(":")
    if base64.b64encode(raw).decode() != match[1] or not colon or _BAD_ESCAPE.search(text):
        return "", ""
    return unquote_plus(client_id, errors="replace"), unquote_plus(secret, errors="replace")
