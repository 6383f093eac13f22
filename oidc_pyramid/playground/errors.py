"""What the provider's error codes mean, and what somebody at a playground can do about them."""

from __future__ import annotations

from typing import Any, NamedTuple

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.meanings import Meaning

ERRORS = {
    "access_denied": Meaning(
        _("The person, or the provider, said no. A good application says so and goes on without."),
        "RFC 6749 §4.1.2.1",
    ),
    "login_required": Meaning(
        _("prompt=none forbids every page, and nobody is signed in here. Ask again without it."),
        "Core §3.1.2.6",
    ),
    "consent_required": Meaning(
        _("prompt=none forbids every page, and the person has not allowed this yet."),
        "Core §3.1.2.6",
    ),
    "interaction_required": Meaning(
        _("prompt=none forbids every page, and the provider needs to show one."), "Core §3.1.2.6"
    ),
    "account_selection_required": Meaning(
        _("prompt=none forbids every page, and it is not clear which account is meant."),
        "Core §3.1.2.6",
    ),
    "unmet_authentication_requirements": Meaning(
        _("The sign-in could not be as strong as it was asked for."), "Unmet Authentication"
    ),
    "invalid_request": Meaning(
        _("A parameter is missing, comes twice, or has a value that can't be."), "RFC 6749 §5.2"
    ),
    "invalid_scope": Meaning(
        _("A scope is unknown, malformed, or not for this client."), "RFC 6749 §4.1.2.1"
    ),
    "unauthorized_client": Meaning(
        _("This client is not registered for what it tries."), "RFC 6749 §4.1.2.1"
    ),
    "unsupported_response_type": Meaning(
        _("The provider does not offer this response_type."), "RFC 6749 §4.1.2.1"
    ),
    "unsupported_grant_type": Meaning(
        _("The provider does not offer this grant_type."), "RFC 6749 §5.2"
    ),
    "invalid_client": Meaning(
        _("The provider does not know this client, or its secret is wrong."), "RFC 6749 §5.2"
    ),
    "invalid_grant": Meaning(
        _("The code or refresh token was used before, has expired, or belongs to somebody else."),
        "RFC 6749 §5.2",
    ),
    "invalid_token": Meaning(
        _("The access token has expired, was revoked, or is not one."), "RFC 6750 §3.1"
    ),
    "insufficient_scope": Meaning(_("The access token was not issued for this."), "RFC 6750 §3.1"),
    "server_error": Meaning(_("Something went wrong at the provider."), "RFC 6749 §4.1.2.1"),
    "temporarily_unavailable": Meaning(
        _("The provider is too busy now. Try again later."), "RFC 6749 §4.1.2.1"
    ),
}
UNKNOWN = Meaning(_("This code is not one of the usual ones."), "RFC 6749 §4.1.2.1")


class Trouble(NamedTuple):
    """An error as the provider sent it, and what it means."""

    code: str
    description: str
    meaning: Meaning


def trouble_of(members: Any) -> Trouble | None:
    """The error in an authorization response or a JSON answer, if there is one."""
    code = members.get("error") if hasattr(members, "get") else None
    if not isinstance(code, str) or not code:
        return None
    description = members.get("error_description")
    text = description if isinstance(description, str) else ""
    return Trouble(code, text, ERRORS.get(code, UNKNOWN))
