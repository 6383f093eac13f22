"""Making an account, where ``oidc.signup`` allows it."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.renderers import render_to_response

from oidc_pyramid.account.frame import HERE
from oidc_pyramid.account.pages import password_problem
from oidc_pyramid.events import SignedUp
from oidc_pyramid.i18n import _
from oidc_pyramid.interfaces import IAccountPage, IInteraction
from oidc_pyramid.models.nodes import AccountPage, Interaction
from oidc_pyramid.models.usernames import normalise
from oidc_pyramid.models.users import User, UsernameTaken
from oidc_pyramid.protocol import profile
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.views import outcomes
from oidc_pyramid.views.advance import advance
from oidc_pyramid.views.cards import ClientCard, client_card
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.forms import form_token, read_form
from oidc_pyramid.views.interaction import begin
from oidc_pyramid.views.interactions import location
from oidc_pyramid.views.sign_in import record

FIELDS = ("username", "name", "email")
LONGEST = 200


@endpoint(IAccountPage, "signup", methods=("GET", "POST"), page=True)
def signup(_context: AccountPage, request: Any) -> Any:
    """Without any client."""
    user, values = _handle(request, HERE)
    if user is not None:
        record(request, user, interaction=HERE)
        return outcomes.see_other(request.oidc.url("account"))
    return _page(
        request, values, HERE, None, ("account", "signup"), request.oidc.url("account", "login")
    )


@endpoint(IInteraction, "create", methods=("GET", "POST"), page=True, popup=True)
def create(interaction: Interaction, request: Any) -> Any:
    """The page of ``prompt=create``."""
    return signup_for_client(interaction, request)


@endpoint(IInteraction, "signup", methods=("GET", "POST"), page=True, popup=True)
def signup_for_client(interaction: Interaction, request: Any) -> Any:
    """On the way to a client: the new person is signed in, then the request goes on."""
    pending, client, response = begin(request, interaction)
    if response is not None:
        return response
    name = pending.wanted.interaction
    user, values = _handle(request, name)
    if user is not None:
        record(request, user, interaction=name)
        return advance(request, pending, client, answered=True)
    path = ("interactions", interaction.__name__, "signup")
    card = client_card(client, pending.wanted.redirect_uri)
    return _page(request, values, name, card, path, location(request, pending, "login"))


def _handle(request: Any, interaction: str) -> tuple[User | None, dict[str, Any]]:
    """The new user, or the values of the form to show."""
    if not request.oidc.settings.signup:
        raise HTTPNotFound
    empty = dict.fromkeys(FIELDS, "")
    if request.method != "POST":
        return None, {"values": empty, "errors": {}}
    params = read_form(request, "signup", interaction)
    values = {name: (params.get(name) or "").strip() for name in FIELDS}
    errors = _errors(request, params, values)
    if errors:
        return None, {"values": values, "errors": errors}
    return _make(request, params, values), {}


def _errors(request: Any, params: Params, values: dict[str, str]) -> dict[str, str]:
    oidc, translate = request.oidc, request.localizer.translate
    errors: dict[str, str] = {}
    try:
        normalise(values["username"])
    except ValueError:
        errors["username"] = translate(_("This user name can't be used."))
    if oidc.provider.users.by_username(values["username"]) is not None:
        errors["username"] = translate(_("This user name is taken."))
    if len(values["name"]) > LONGEST:
        errors["name"] = translate(_("This is too long."))
    elif _refused("name", values["name"]):
        errors["name"] = translate(_("This name can't be used."))
    if _refused("email", values["email"]):
        errors["email"] = translate(_("This is no e-mail address."))
    problem = password_problem(
        oidc.settings, params.get("password") or "", params.get("password_again")
    )
    if problem is not None:
        number = {"number": oidc.settings.password_min_length}
        errors["password"] = translate(problem, mapping=number)
    return errors


def _refused(name: str, value: str) -> bool:
    try:
        profile.check(name, value)
    except ValueError:
        return True
    return False


def _make(request: Any, params: Params, values: dict[str, str]) -> User:
    """Two who take one name at once conflict; the second is told on the retry."""
    oidc = request.oidc
    user = User(
        values["username"], now=oidc.now, name=values["name"] or None, email=values["email"] or None
    )
    hashed = oidc.runtime.passwords.hash(params.get("password") or "")
    user.password_hash, user.password_changed_at = hashed, oidc.now
    try:
        oidc.provider.users.add(user)
    except UsernameTaken as error:
        raise HTTPNotFound from error
    oidc.issuer.announce(SignedUp(oidc.now, user.id))
    return user


def _page(
    request: Any,
    values: dict[str, Any],
    interaction: str,
    card: ClientCard | None,
    path: tuple[str, ...],
    login_url: str,
) -> Any:
    shown = {
        "action": request.oidc.url(*path),
        "csrf_token": form_token(request, "signup", interaction),
        "client": card,
        "login_url": login_url,
        **values,
    }
    return render_to_response(f"{TEMPLATES}signup.pt", shown, request=request)
