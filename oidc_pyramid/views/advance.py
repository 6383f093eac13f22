"""The loop: ask what is still unknown, one prompt at a time; then answer the client."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from oidc_pyramid.browser_state import state_for
from oidc_pyramid.claims_release import single
from oidc_pyramid.decision import Consent, Decision, SignIn
from oidc_pyramid.interfaces import IAfterLogin, IPrompt, IRequestPolicy, IResponseType
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.grants import Grant
from oidc_pyramid.prompts.levels import Ladder
from oidc_pyramid.prompts.order import ordered
from oidc_pyramid.protocol.authorization import Wanted
from oidc_pyramid.protocol.errors import AuthorizationError
from oidc_pyramid.protocol.levels import asked_for, satisfied
from oidc_pyramid.protocol.outcomes import Sent
from oidc_pyramid.protocol.redirect_uri import origin_of
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.held_back import answer
from oidc_pyramid.views.interactions import Pending, binding_cookie, location
from oidc_pyramid.views.unfit import why_unfit


def advance(request: Any, pending: Pending, client: Client, *, answered: bool = False) -> Any:
    """The next page, or the answer. ``answered`` says that a person has just acted (a POST)."""
    wanted = _policies(request, pending.wanted, client)
    pending = replace(pending, wanted=wanted)
    sign_in = _sign_in(request, wanted, client)
    ladder = _ladder(request)
    try:
        step = ladder.step(wanted, sign_in, pending.declined)
    except AuthorizationError as unmet:
        if not answered:
            raise
        return refuse(request, wanted, unmet)
    if sign_in is not None:
        error = why_unfit(wanted, sign_in)
        if error is not None:
            return refuse(request, wanted, error)
        response = _after_login(request, pending, client, sign_in)
        if response is not None:
            return response
    consent = consent_for(request, pending, client, sign_in)
    for prompt in ladder.prompts:
        reason = _reason(prompt, step, wanted, sign_in, consent)
        if reason is not None:
            return _ask(request, pending, prompt, reason)
    return _conclude(request, pending, client, sign_in, answered=answered)


def ready_for(request: Any, pending: Pending, client: Client, name: str) -> SignIn | None:
    """Who may answer the prompt *name*: None while an earlier prompt is not satisfied."""
    wanted, ladder = pending.wanted, _ladder(request)
    sign_in = _sign_in(request, wanted, client)
    step = ladder.step(wanted, sign_in, pending.declined)
    for prompt in ladder.prompts:
        if prompt.name == name:
            return sign_in
        if _reason(prompt, step, wanted, sign_in, Consent()) is not None:
            return None
    return None


def _ladder(request: Any) -> Ladder:
    oidc = request.oidc
    elsewhere = getattr(oidc.browser, "signs_in_elsewhere", False)
    prompts = ordered(tuple(oidc.plugins.all(IPrompt)))
    return Ladder(oidc.settings.acr_values, prompts, elsewhere)


def _reason(
    prompt: Any, step: str, wanted: Wanted, sign_in: SignIn | None, consent: Consent
) -> str | None:
    """Why this prompt is due: it says so itself, or it leads to the level that is asked for."""
    due = "login_required" if prompt.name == step else None
    return prompt.needed(wanted, sign_in, consent) or due


def _policies(request: Any, wanted: Wanted, client: Client) -> Wanted:
    for policy in request.oidc.plugins.all(IRequestPolicy):
        wanted = policy.check(wanted, client)
    return wanted


def _sign_in(request: Any, wanted: Wanted, client: Client) -> SignIn | None:
    """The current account, or the one that the request names among those signed in here.

    A host may not know when somebody signed in: where the client must know, that is no sign-in.
    """
    issuer = request.oidc.issuer
    needs_time = client.require_auth_time or wanted.claims_request.needs_auth_time()
    seen = [
        replace(one, subject=issuer.subject(one.account, client))
        for one in request.oidc.browser.all()
        if one.auth_time or not needs_time
    ]
    current = seen[0] if seen else None
    if current is None or wanted.interaction in (current.selected_in, current.authenticated_in):
        return current
    named = (one for one in seen if _is_named(wanted, one))
    return next(named, current)


def _is_named(wanted: Wanted, one: SignIn) -> bool:
    if wanted.hinted:
        return wanted.hinted == one.subject
    return bool(wanted.login_hint) and wanted.login_hint == one.account.username


def refuse(request: Any, wanted: Wanted, error: AuthorizationError) -> Any:
    """The client is told. What the person did stays (a sign-in), so this is returned, not raised;
    the interaction has had its answer."""
    oidc = request.oidc
    oidc.log_refusal(error)
    oidc.browser.finish(wanted.interaction, wanted.expires_at)
    fields = {"error": error.error, "error_description": error.description}
    return answer(request, Sent(oidc.reply, fields))


def _after_login(request: Any, pending: Pending, client: Client, sign_in: SignIn) -> Any:
    hook = request.oidc.plugin(IAfterLogin, "")
    if hook is None:
        return None
    resume_url = location(request, pending.bound(binding_cookie(request)))
    return hook(request, sign_in.account, client, pending.wanted, resume_url)


def identity_assured(client: Client, redirect_uri: str) -> bool:
    """Only an https redirect proves that the answer reaches this very client (RFC 8252 §8.6)."""
    origin = origin_of(redirect_uri)
    return not client.public or (origin is not None and origin.startswith("https://"))


def consent_for(request: Any, pending: Pending, client: Client, sign_in: SignIn | None) -> Consent:
    """What this person would still have to agree to."""
    wanted, oidc = pending.wanted, request.oidc
    if sign_in is None:
        return Consent()
    if pending.consented == sign_in.account.id:
        return Consent(given_in=wanted.interaction)
    if client.skip_consent and identity_assured(client, wanted.redirect_uri):
        return Consent()
    items = consent_items(request, wanted)
    grant: Grant | None = oidc.provider.grants.get(str(sign_in.account.id), client.client_id)
    remembers = oidc.settings.consent_remember and client.remembers_consent
    if (
        grant is not None
        and remembers
        and identity_assured(client, wanted.redirect_uri)
        and grant.recalls(items, now=oidc.now, consent_generation=client.consent_generation)
    ):
        return Consent()
    return Consent(missing=new_items(grant, items) or items)


def consent_items(request: Any, wanted: Wanted) -> tuple[str, ...]:
    """What a person agrees to: scopes, and single claims that no scope covers."""
    return (*wanted.scope, *single(request.oidc.issuer, wanted.claims_request, wanted.scope))


def new_items(grant: Grant | None, items: tuple[str, ...]) -> tuple[str, ...]:
    """What was not allowed the last time."""
    known = grant.remembered if grant is not None and grant.active else ()
    return tuple(item for item in items if item not in known)


def _ask(request: Any, pending: Pending, prompt: Any, reason: str) -> Any:
    """303 to the prompt's page; ``prompt=none`` gets the reason instead (Core §3.1.2.6)."""
    wanted = pending.wanted
    if "none" in wanted.prompt:
        raise AuthorizationError(
            "the person would have to act, and prompt=none forbids to ask",
            check="prompt-none",
            spec="Core §3.1.2.6",
            error=reason,
        )
    bound = pending.bound(binding_cookie(request))
    if prompt.name == "login":
        elsewhere = request.oidc.browser.login_location(location(request, bound), wanted)
        if elsewhere is not None:
            return outcomes.see_other(elsewhere)
    return outcomes.see_other(location(request, bound, prompt.name))


def _conclude(
    request: Any, pending: Pending, client: Client, sign_in: SignIn | None, *, answered: bool
) -> Any:
    """Issue what was asked for, and remember that this interaction has had its answer."""
    wanted, oidc = pending.wanted, request.oidc
    if sign_in is None:
        raise AuthorizationError("nobody is signed in", error="login_required")
    grant = _grant(request, wanted, client, sign_in)
    acr = satisfied(oidc.settings.acr_values, sign_in.acr, asked_for(wanted))
    sign_in = replace(sign_in, acr=acr)
    decision = Decision(wanted, client, sign_in, grant, oidc.issuer)
    issued: dict[str, str] = {}
    types = [oidc.plugin(IResponseType, name) for name in wanted.response_type]
    for response_type in sorted(types, key=lambda one: one.order):
        issued.update(response_type.issue(decision, issued))
    client.mark_used()
    if answered:
        oidc.browser.finish(wanted.interaction, wanted.expires_at)
    if wanted.is_authentication:
        issued.update(state_for(request, oidc.reply))
    return outcomes.send(request, Sent(oidc.reply, issued))


def _grant(request: Any, wanted: Wanted, client: Client, sign_in: SignIn) -> Grant:
    """The handle to revoke it all; written only when it is new or wider (one commit)."""
    grants = request.oidc.provider.grants
    account_id = str(sign_in.account.id)
    items = consent_items(request, wanted)
    grant: Grant | None = grants.get(account_id, client.client_id)
    if grant is None or not grant.active or not set(items) <= set(grant.scope):
        now, account = request.oidc.now, sign_in.account
        grant = grants.obtain(account_id, client.client_id, now=now, account=account)
        grant.allow(items, now=now)
    return grant
