"""Sign-out at a client's request (RP-Initiated Logout 1.0)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid import hints
from oidc_pyramid.decision import SignIn
from oidc_pyramid.interfaces import IAfterEndSession, IProvider
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.authorization import MAX_STATE
from oidc_pyramid.protocol.errors import Check, InvalidRequest, PageError
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.protocol.redirect_uri import append
from oidc_pyramid.protocol.seal import SealError
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.cards import account_card, client_card
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.forms import form_token, read_form
from oidc_pyramid.views.sign_out import logged_out, sign_out

SPEC = "RP-Initiated Logout §2"
PURPOSE = "logout"
LIFE = 1800
BAD_HINT = Check("logout-hint", "RP-Initiated Logout §4", "The sign-out link is not valid.")
BAD_CLIENT = Check(
    "logout-client", SPEC, "client_id is not the client that id_token_hint was issued to."
)
BAD_URI = Check(
    "logout-redirect-uri",
    "RP-Initiated Logout §3",
    "post_logout_redirect_uri is not registered for this client.",
    "Register this very string as one of the client's post_logout_redirect_uris.",
)
STALE = Check("logout-fresh", SPEC, "This question is out of date.")


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a client asked for, judged: where to go then, and whose session is meant."""

    expires_at: int
    client_id: str = ""
    uri: str = ""
    state: str | None = None
    sid: str = ""


@endpoint(IProvider, "end_session", methods=("GET", "POST"), page=True, popup=True)
def end_session(_provider: Provider, request: Any) -> Any:
    """With a hint that fits the session: at once. Else the person is asked (§2)."""
    if request.method == "POST" and _is_answer(request):
        return _answered(request)
    params = _params(request)
    claims = _hint(request, params)
    leaving = _judge(request, params, claims)
    meant = _meant(request, claims)
    sign_ins = request.oidc.browser.all()
    if not sign_ins or meant is not None:
        return _leave(request, leaving, [meant] if meant else [], claims)
    return _ask(request, leaving, sign_ins[0])


def _params(request: Any) -> Params:
    try:
        pairs = request.oidc.query() + (request.oidc.form() if request.method == "POST" else [])
        params = Params(pairs)
        params.check_all()
    except InvalidRequest as error:
        raise PageError(error.check, private=error.private) from error
    request.environ["oidc.ui_locales"] = tuple((params.get("ui_locales") or "").split()[:10])
    request.oidc.choose_language()
    return params


def _hint(request: Any, params: Params) -> dict[str, Any] | None:
    """A hint that is not ours is an error, never a reason to redirect (§4)."""
    hint = params.get("id_token_hint")
    if hint is None:
        return None
    try:
        return hints.read(request.oidc.issuer, hint, None)
    except hints.NotOurs as error:
        raise PageError(BAD_HINT, private=str(error)) from error


def _judge(request: Any, params: Params, claims: dict[str, Any] | None) -> Leaving:
    """Which client, and whether the address is registered: compared byte by byte (§3)."""
    client_id = params.get("client_id") or (claims or {}).get("aud")
    if claims is not None and client_id != claims["aud"]:
        raise PageError(BAD_CLIENT)
    client = request.oidc.provider.clients.get(client_id)
    uri = params.get("post_logout_redirect_uri") or ""
    if client is None or not client.active:
        uri, client_id = "", ""
    elif uri and uri not in client.post_logout_redirect_uris:
        raise PageError(BAD_URI, private=f"sent {uri!r}")
    state = params.get("state")
    if state is not None and len(state) > MAX_STATE:
        raise PageError("state is too long", check="state-length", spec=SPEC)
    sid = str((claims or {}).get("sid") or "")
    return Leaving(request.oidc.now + LIFE, client_id or "", uri, state, sid)


def _meant(request: Any, claims: dict[str, Any] | None) -> SignIn | None:
    """The session at this browser that the hint speaks of: by ``sid``, else by ``sub``."""
    if claims is None:
        return None
    oidc = request.oidc
    client = oidc.provider.clients.get(claims["aud"])
    for one in oidc.browser.all():
        same_sid = claims.get("sid") == one.sid
        if same_sid or (client and oidc.issuer.subject(one.account, client) == claims["sub"]):
            return one
    return None


def _ask(request: Any, leaving: Leaving, current: SignIn) -> Any:
    """A link can't sign anybody out by itself (§2): the person decides."""
    payload = json.dumps(list(asdict(leaving).values())).encode()
    seal = request.oidc.issuer.opened.sealer.seal(PURPOSE, payload)
    client = request.oidc.provider.clients.get(leaving.client_id)
    values = {
        "action": request.oidc.url("end_session"),
        "csrf_token": form_token(request, "logout", seal),
        "leaving": seal,
        "client": client_card(client) if client else None,
        "account": account_card(current.account),
    }
    return render_to_response(f"{TEMPLATES}logout.pt", values, request=request)


def _is_answer(request: Any) -> bool:
    try:
        return any(name == "leaving" for name, _ in request.oidc.form())
    except InvalidRequest as error:
        raise PageError(error.check, private=error.private) from error


def _answered(request: Any) -> Any:
    """Our own page comes back: everyone at this browser leaves, or nobody."""
    seal = next(value for name, value in request.oidc.form() if name == "leaving")
    params = read_form(request, "logout", seal)
    try:
        payload = request.oidc.issuer.opened.sealer.open(PURPOSE, seal)
    except SealError as error:
        raise PageError(STALE, private=str(error)) from error
    leaving = Leaving(*json.loads(payload))
    if request.oidc.now >= leaving.expires_at:
        raise PageError(STALE)
    if params.get("decision") != "logout":
        return outcomes.see_other(request.oidc.url("account"))
    return _leave(request, leaving, request.oidc.browser.all(), None)


def _leave(
    request: Any, leaving: Leaving, sign_ins: list[Any], claims: dict[str, Any] | None
) -> Any:
    """End the sessions, then go where the client is registered for, or say that it is done."""
    client = request.oidc.provider.clients.get(leaving.client_id)
    state = [] if leaving.state is None else [("state", leaving.state)]
    target = append(leaving.uri, state, fragment=False) if leaving.uri else ""
    hook = request.oidc.plugin(IAfterEndSession, "")
    if hook is not None:
        hook(request, claims, leaving.uri or None, leaving.state, client, target or None)
    frames = sign_out(request, sign_ins)
    if target and not frames:
        return outcomes.see_other(target)
    return logged_out(request, frames, client=client, continue_url=target or None)
