"""Somebody tries texts until one is a token (RFC 7662 §4): slow them down, and nobody else.

What we made ourselves is recognised before anything is counted. So a resource server that passes
its visitors' rubbish on goes on being answered about the tokens of all others.
"""

from __future__ import annotations

from typing import Any

from oidc_pyramid.protocol.errors import Check

SCANNED = Check(
    "token-scan",
    "RFC 7662 §4",
    "too many texts that are no tokens of this provider",
    "Send tokens alone, and wait as long as Retry-After says.",
)


def unknown(request: Any, who: str) -> None:
    """Count one more text that never was a token; raises ``TooManyRequests``.

    For as long as tokens from before a raised epoch are about, they look like that, too.
    """
    oidc = request.oidc
    if oidc.now < oidc.provider.epoch + oidc.settings.longest_token_expire:
        return
    scanner = (request.view_name, who)
    oidc.runtime.scans.admit(scanner, oidc.now, SCANNED)
    oidc.runtime.scans.fail(scanner, oidc.now)
