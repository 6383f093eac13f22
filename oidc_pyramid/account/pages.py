"""``/account``: a person signs in, changes the password, signs out."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.renderers import render_to_response

from oidc_pyramid.account.frame import HERE, own, to_login
from oidc_pyramid.events import PasswordChanged
from oidc_pyramid.i18n import _
from oidc_pyramid.interfaces import IAccountPage
from oidc_pyramid.logout import end_everywhere
from oidc_pyramid.models.nodes import AccountPage
from oidc_pyramid.settings import Settings
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.forms import form_token, read_form
from oidc_pyramid.views.sign_in import password_sign_in
from oidc_pyramid.views.sign_out import logged_out, sign_out


@endpoint(IAccountPage, "login", methods=("GET", "POST"), page=True)
def login(_context: AccountPage, request: Any) -> Any:
    """Sign in without any client."""
    username, error = "", None
    if request.oidc.settings.login_url:
        return to_login(request)
    if request.method == "POST":
        params = read_form(request, "account-login")
        username = params.get("username") or ""
        password = params.get("password") or ""
        sign_in, error = password_sign_in(request, username, password, interaction=HERE)
        if sign_in is not None:
            return outcomes.see_other(request.oidc.url("account"))
    signup = request.oidc.settings.signup
    values = {
        "action": request.oidc.url("account", "login"),
        "csrf_token": form_token(request, "account-login"),
        "username": username,
        "error": error,
        "client": None,
        "accounts_url": None,
        "signup_url": request.oidc.url("account", "signup") if signup else None,
        "cancel": False,
    }
    return own(render_to_response(f"{TEMPLATES}login.pt", values, request=request))


@endpoint(IAccountPage, "logout", methods=("POST",), page=True)
def logout(_context: AccountPage, request: Any) -> Any:
    """Sign out of the current account."""
    current = request.oidc.browser.current()
    if current is not None:
        read_form(request, "sign-out", current.sid)
        return logged_out(request, sign_out(request, [current]))
    return logged_out(request, [])


@endpoint(IAccountPage, "password", methods=("GET", "POST"), page=True)
def password(_context: AccountPage, request: Any) -> Any:
    """A new password ends every other session and every token of the account."""
    if request.oidc.settings.login_url:
        raise HTTPNotFound
    current = request.oidc.browser.current()
    if current is None:
        return to_login(request)
    error, done = None, False
    if request.method == "POST":
        params = read_form(request, "password", current.sid)
        error = _change(request, current, params)
        done = error is None
        current = request.oidc.browser.current()
    values = {
        "action": request.oidc.url("account", "password"),
        "csrf_token": form_token(request, "password", current.sid),
        "error": error,
        "done": done,
        "username": current.account.username,
    }
    return own(render_to_response(f"{TEMPLATES}password.pt", values, request=request))


def _change(request: Any, current: Any, params: Any) -> str | None:
    """None when it was changed, else what to tell the person."""
    oidc, translate = request.oidc, request.localizer.translate
    user, fresh = current.account, params.get("new_password") or ""
    again, error = password_sign_in(
        request, user.username, params.get("current_password") or "", interaction=HERE
    )
    if again is None or again.account.id != user.id:
        return str(translate(_("The current password is wrong.")) if again else error)
    problem = password_problem(oidc.settings, fresh, params.get("new_password_again"))
    if problem is not None:
        return str(translate(problem, mapping={"number": oidc.settings.password_min_length}))
    user.set_password_hash(oidc.runtime.passwords.hash(fresh), now=oidc.now)
    end_everywhere(oidc.issuer, user)
    oidc.browser.sign_in(user, amr=again.amr, acr=again.acr, interaction=HERE)
    oidc.issuer.announce(PasswordChanged(oidc.now, str(user.id)))
    return None


def password_problem(settings: Settings, password: str, again: str | None) -> Any:
    """What is wrong with a new password, or None (NIST SP 800-63B §5.1.1: length, no rules)."""
    if password != again:
        return _("The two passwords differ.")
    if len(password) < settings.password_min_length:
        return _("A password has at least ${number} characters.")
    if len(password.encode("utf-8", "replace")) > settings.password_max_length:
        return _("This password is too long.")
    return None
