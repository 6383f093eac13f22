"""What parameters, claims and errors mean, in one sentence each, and where that is written."""

from __future__ import annotations

from typing import NamedTuple

from oidc_pyramid.i18n import _


class Meaning(NamedTuple):
    """A sentence for a person, and its source."""

    text: str
    spec: str


REQUEST = {
    "client_id": Meaning(_("Which application is asking."), "RFC 6749 §2.2"),
    "redirect_uri": Meaning(
        _(
            "Where the answer goes: exactly one of the addresses that are registered for the client."
        ),
        "RFC 6749 §3.1.2",
    ),
    "response_type": Meaning(
        _("What the answer brings. code: a code that buys the tokens, out of the browser's sight."),
        "RFC 6749 §3.1.1",
    ),
    "scope": Meaning(
        _("What the application wants to know. With openid it is OpenID Connect."), "Core §5.4"
    ),
    "state": Meaning(
        _("Random, kept for this browser: an answer without it was not asked for here."),
        "RFC 6749 §10.12",
    ),
    "nonce": Meaning(
        _("Random, comes back inside the ID Token: a token from another sign-in lacks it."),
        "Core §3.1.2.1",
    ),
    "code_challenge": Meaning(
        _("SHA-256 of a secret, the code verifier. Who steals the code can't redeem it."),
        "RFC 7636 §4.2",
    ),
    "code_challenge_method": Meaning(_("How the challenge was made."), "RFC 7636 §4.3"),
    "response_mode": Meaning(
        _("How the answer travels: in the query, behind the #, or as a form."),
        "Multiple Response Types §2.1",
    ),
    "prompt": Meaning(
        _("Which pages the provider must show, or (none) must not show."), "Core §3.1.2.1"
    ),
    "max_age": Meaning(
        _("How many seconds ago the sign-in may have been; else the person signs in again."),
        "Core §3.1.2.1",
    ),
    "login_hint": Meaning(_("Who will probably sign in."), "Core §3.1.2.1"),
    "ui_locales": Meaning(_("Which languages the person reads, the best first."), "Core §3.1.2.1"),
    "id_token_hint": Meaning(_("An earlier ID Token: who is expected."), "Core §3.1.2.1"),
}

ANSWER = {
    "code": Meaning(
        _("The authorization code: works once, for about a minute, for this client alone."),
        "RFC 6749 §4.1.2",
    ),
    "state": Meaning(_("The value that we sent."), "RFC 6749 §4.1.2"),
    "iss": Meaning(_("Who answers."), "RFC 9207 §2"),
    "error": Meaning(_("Why there is no code."), "RFC 6749 §4.1.2.1"),
    "error_description": Meaning(_("The same for a developer."), "RFC 6749 §4.1.2.1"),
    "error_uri": Meaning(_("A page about this error."), "RFC 6749 §4.1.2.1"),
}

LOGOUT = {
    "id_token_hint": Meaning(
        _("The ID Token: whose session ends, and which client asks."), "RP-Initiated Logout §2"
    ),
    "post_logout_redirect_uri": Meaning(
        _("Where to go then: exactly one of the addresses that are registered for this."),
        "RP-Initiated Logout §2",
    ),
    "state": Meaning(_("Random, comes back with the browser."), "RP-Initiated Logout §2"),
}

CLAIMS = {
    "iss": Meaning(_("Who issued it."), "Core §2"),
    "sub": Meaning(_("Who signed in: an id that is never given to somebody else."), "Core §2"),
    "aud": Meaning(_("For which client it is."), "Core §2"),
    "azp": Meaning(_("Which client asked for it."), "Core §2"),
    "exp": Meaning(_("Until when it may be accepted."), "Core §2"),
    "iat": Meaning(_("When it was issued."), "Core §2"),
    "auth_time": Meaning(_("When the person signed in."), "Core §2"),
    "nonce": Meaning(_("The value that we sent."), "Core §2"),
    "at_hash": Meaning(
        _("Half a hash of the access token: they belong together."), "Core §3.1.3.6"
    ),
    "acr": Meaning(_("How strong the sign-in was."), "Core §2"),
    "amr": Meaning(_("By which means the person signed in."), "RFC 8176 §2"),
    "sid": Meaning(_("Which session at the provider this is."), "RP-Initiated Logout §2"),
    "alg": Meaning(_("How it is signed."), "RFC 7515 §4.1.1"),
    "kid": Meaning(_("Which of the provider's keys signed it."), "RFC 7515 §4.1.4"),
    "typ": Meaning(_("What it is."), "RFC 7515 §4.1.9"),
}
