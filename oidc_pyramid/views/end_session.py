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
from oidc_pyramid.views.pictures import with_pictures
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


@dataclass(frozen=True, slots=True)
class LeavingRow:
    """One of several accounts on the page."""

    sid: str
    name: str
    username: str
    picture: str | None
    suggested: bool

    @classmethod
    def of(cls, one: SignIn, *, suggested: bool) -> LeavingRow:
        """As a person sees it."""
        card = account_card(one.account)
        return cls(one.sid, card.name, card.username, card.picture, suggested)


@endpoint(IProvider, "end_session", methods=("GET", "POST"), page=True, popup=True)
def end_session(_provider: Provider, request: Any) -> Any:
    """With a hint that fits the session: at once. Else the person is asked (§2)."""
    if request.method == "POST" and _is_answer(request):
        return _answered(request)
    params = _params(request)
    claims = _hint(request, params)
    leaving = _judge(request, params, claims)
    sign_ins = request.oidc.browser.all()
    meant = _meant(request, claims, sign_ins)
    if not sign_ins or meant is not None:
        return _leave(request, leaving, [meant] if meant else [], claims)
    likely = _likely(request, claims, params.get("logout_hint"), sign_ins)
    return _ask(request, leaving, sign_ins, likely)


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


def _meant(request: Any, claims: dict[str, Any] | None, sign_ins: list[SignIn]) -> SignIn | None:
    """The session at this browser that the hint speaks of. Another ``sid`` is another session, an
    older one or one elsewhere: then the person is asked (§2). Only without it ``sub`` counts."""
    if claims is None:
        return None
    if claims.get("sid"):
        return next((one for one in sign_ins if one.sid == claims["sid"]), None)
    return _by_subject(request, claims, sign_ins)


def _by_subject(request: Any, claims: dict[str, Any], sign_ins: list[SignIn]) -> SignIn | None:
    """Among those who were ever at this client: one that shares a key with us could write a hint
    about anybody."""
    issuer = request.oidc.issuer
    client = request.oidc.provider.clients.get(claims["aud"])
    if client is None:
        return None
    grants = request.oidc.provider.grants
    named = (
        one
        for one in sign_ins
        if issuer.subject(one.account, client) == claims["sub"]
        and grants.get(str(one.account.id), client.client_id) is not None
    )
    return next(named, None)


def _likely(
    request: Any, claims: dict[str, Any] | None, hint: str | None, sign_ins: list[SignIn]
) -> SignIn | None:
    """Whom the page suggests: who has the hint's ``sub``, else whom ``logout_hint`` names by user
    name, address or ``sid`` (§2). What names nobody here is not shown."""
    found = None if claims is None else _by_subject(request, claims, sign_ins)
    wish = (hint or "").casefold()
    named = (one for one in sign_ins if wish and wish in _names(one))
    return found or next(named, None)


def _names(one: SignIn) -> set[str]:
    names = (one.sid, one.account.username, getattr(one.account, "email", None))
    return {str(name).casefold() for name in names if name}


def _ask(request: Any, leaving: Leaving, sign_ins: list[SignIn], likely: SignIn | None) -> Any:
    """A link can't sign anybody out by itself (§2): the person decides."""
    payload = json.dumps(list(asdict(leaving).values())).encode()
    seal = request.oidc.issuer.opened.sealer.seal(PURPOSE, payload)
    client = request.oidc.provider.clients.get(leaving.client_id)
    values: dict[str, Any] = {
        "action": request.oidc.url("end_session"),
        "csrf_token": form_token(request, "logout", seal),
        "leaving": seal,
        "client": client_card(client) if client else None,
        "account": account_card(sign_ins[0].account),
        "accounts": [LeavingRow.of(one, suggested=one is likely) for one in sign_ins],
        "everybody": likely is None,
    }
    page = render_to_response(f"{TEMPLATES}logout.pt", values, request=request)
    return with_pictures(page, values["client"], *values["accounts"])


def _is_answer(request: Any) -> bool:
    try:
        return any(name == "leaving" for name, _ in request.oidc.form())
    except InvalidRequest as error:
        raise PageError(error.check, private=error.private) from error


def _answered(request: Any) -> Any:
    """Our own page comes back: one account leaves, or everyone at this browser, or nobody."""
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
    chosen = params.get("account")
    leavers = [one for one in request.oidc.browser.all() if chosen in (None, one.sid)]
    return _leave(request, leaving, leavers, None)


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
