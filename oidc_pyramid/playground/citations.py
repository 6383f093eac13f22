"""``RFC 7636 §4.2`` and ``Core §3.1.3.7`` as addresses, so that the reader can read on there."""

from __future__ import annotations

import re

OPENID = "https://openid.net/specs/"
#: Where a document of OpenID is, and what its sections are called there.
DOCUMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "Core": (
        "openid-connect-core-1_0.html",
        {
            "2": "IDToken",
            "3.1.2.1": "AuthRequest",
            "3.1.2.5": "AuthResponse",
            "3.1.2.6": "AuthError",
            "3.1.3.1": "TokenRequest",
            "3.1.3.3": "TokenResponse",
            "3.1.3.6": "CodeIDToken",
            "3.1.3.7": "IDTokenValidation",
            "3.1.3.8": "CodeFlowTokenValidation",
            "5.1": "StandardClaims",
            "5.3": "UserInfo",
            "5.3.2": "UserInfoResponse",
            "5.4": "ScopeClaims",
            "11": "OfflineAccess",
            "12": "RefreshTokens",
            "12.2": "RefreshTokenResponse",
        },
    ),
    "Discovery": (
        "openid-connect-discovery-1_0.html",
        {
            "3": "ProviderMetadata",
            "4": "ProviderConfig",
            "4.3": "ProviderConfigurationValidation",
        },
    ),
    "RP-Initiated Logout": (
        "openid-connect-rpinitiated-1_0.html",
        {"2": "RPLogout", "3": "RedirectionAfterLogout"},
    ),
    "Multiple Response Types": (
        "oauth-v2-multiple-response-types-1_0.html",
        {"2.1": "ResponseModes"},
    ),
    "Form Post": ("oauth-v2-form-post-response-mode-1_0.html", {"2": "FormPostResponseMode"}),
    "Unmet Authentication": (
        "openid-connect-unmet-authentication-requirements-1_0.html",
        {},
    ),
}
_RFC = re.compile(r"RFC (\d+)(?: §([0-9.]+))?")


def address(citation: str) -> str:
    """Where the cited section can be read; empty for a citation that we can't resolve."""
    rfc = _RFC.fullmatch(citation)
    if rfc:
        section = f"#section-{rfc[2]}" if rfc[2] else ""
        return f"https://www.rfc-editor.org/rfc/rfc{rfc[1]}{section}"
    document, _, section = citation.partition(" §")
    if document not in DOCUMENTS:
        return ""
    page, anchors = DOCUMENTS[document]
    anchor = anchors.get(section)
    return f"{OPENID}{page}#{anchor}" if anchor else f"{OPENID}{page}"
