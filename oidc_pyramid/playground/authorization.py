"""Step 2: the question that the browser carries to the provider (Core §3.1.2.1)."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.entry import Entry, Row
from oidc_pyramid.playground.meanings import REQUEST, Meaning
from oidc_pyramid.playground.runs import Run

TITLE = _("The authorization request")
LEAD = _(
    "The application asks nothing itself: it sends the browser to the provider, with the question "
    "in the address."
)
VERIFIER = Meaning(_("Kept by the application, and sent with the code in step 5."), "RFC 7636 §4.1")


def parameters(run: Run, redirect_uri: str) -> list[tuple[str, str]]:
    """What is asked; what the visitor did not choose is left out."""
    options = run.options
    pairs = [
        ("client_id", options.client_id),
        ("redirect_uri", redirect_uri),
        ("response_type", "code"),
        ("scope", " ".join(options.scope)),
        ("state", run.state),
        ("nonce", run.nonce if "openid" in options.scope else ""),
        ("code_challenge", run.challenge),
        ("code_challenge_method", "S256"),
        ("response_mode", options.response_mode),
        ("prompt", options.prompt),
        ("max_age", options.max_age),
        ("login_hint", options.login_hint),
        ("ui_locales", options.ui_locales),
        ("id_token_hint", options.id_token_hint),
    ]
    return [(name, value) for name, value in pairs if value]


def prepare(run: Run, redirect_uri: str) -> None:
    """Make the address; nothing is sent yet."""
    pairs = parameters(run, redirect_uri)
    run.url = with_query(str(run.metadata["authorization_endpoint"]), pairs)
    entry = Entry(
        "request",
        TITLE,
        LEAD,
        url=run.url,
        secret=Row("code_verifier", run.verifier, VERIFIER),
        rows=tuple(Row(name, value, REQUEST[name]) for name, value in pairs),
    )
    run.add(entry)


def with_query(endpoint: str, pairs: list[tuple[str, str]]) -> str:
    """The endpoint's own query is kept (RFC 6749 §3.1)."""
    mark = "&" if "?" in endpoint else "?"
    return f"{endpoint}{mark}{urlencode(pairs, quote_via=quote)}"
