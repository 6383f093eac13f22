"""Checking a password: throttled, with the same answer for an unknown name."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.decision import SignIn
from oidc_pyramid.events import SignInFailed
from oidc_pyramid.i18n import _
from oidc_pyramid.interfaces import IPrompt
from oidc_pyramid.models.usernames import normalise
from oidc_pyramid.prompts.levels import SIGN_IN, reached_by
from oidc_pyramid.protocol import base64url
from oidc_pyramid.protocol.seal import SealError
from oidc_pyramid.throttle import network_of

DEVICE = "device"
DEVICE_LIFE = 365 * 24 * 3600
WRONG = _("Wrong user name or password.")
WAIT = _("Too many attempts. Try again in ${minutes} minutes.")


def password_sign_in(
    request: Any, username: str, password: str, *, interaction: str
) -> tuple[SignIn | None, str]:
    """The new sign-in, or None and what to tell the person.

    A throttle that is closed answers before the password is looked at: a right guess then is
    worth no more than a wrong one. Whoever was at this browser before has a throttle of their
    own there, so that nobody can lock them out.
    """
    oidc, translate = request.oidc, request.localizer.translate
    keys = _keys(request, username)
    wait = oidc.throttle.admit(keys, oidc.now)
    if wait:
        return None, translate(WAIT, mapping={"minutes": -(-wait // 60)})
    account = oidc.accounts.authenticate(username, password)
    if account is None:
        oidc.throttle.fail(keys, oidc.now)
        oidc.issuer.announce(SignInFailed(oidc.now, keys[-1][1]))
        return None, translate(WRONG)
    oidc.throttle.clear(keys, oidc.now)
    return record(request, account, interaction=interaction), ""


def record(request: Any, account: Any, *, interaction: str) -> SignIn:
    """Sign the account in at this browser, and remember the device."""
    oidc = request.oidc
    prompt = oidc.plugin(IPrompt, SIGN_IN)
    acr, amr = reached_by(prompt, oidc.settings.acr_values), getattr(prompt, "amr", ("pwd",))
    oidc.accounts.pin(account)
    sign_in: SignIn = oidc.browser.sign_in(account, amr=amr, acr=acr, interaction=interaction)
    if oidc.settings.remember_devices:
        sealed = oidc.issuer.opened.sealer.seal(DEVICE, str(account.username).encode())
        oidc.cookies.set(DEVICE, sealed, max_age=DEVICE_LIFE)
    return sign_in


def _keys(request: Any, username: str) -> list[tuple[str, str]]:
    name = _name(username)
    kind = "device" if _known_device(request, name) else "account"
    return [(kind, name), ("address", network_of(request.remote_addr))]


def _known_device(request: Any, name: str) -> bool:
    cookie = request.oidc.cookies.get(DEVICE)
    if cookie is None:
        return False
    try:
        remembered = request.oidc.issuer.opened.sealer.open(DEVICE, cookie)
    except SealError:
        return False
    return _name(remembered.decode()) == name


def _name(username: str) -> str:
    """The normal form, so that a variation of spelling is no new name."""
    try:
        return normalise(username)
    except ValueError:
        return base64url.encode(username.encode("utf-8", "replace")[:200])
