"""``@step_page``: the page of a prompt that proves more about somebody who is signed in.

```
@step_page("pin")
def pin(step, request):
    if request.method != "POST":
        return step.ask("Your PIN", "PIN")
    code = step.form().get("code")
    ...
    return step.done()
```
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pyramid.renderers import render_to_response

from oidc_pyramid.decision import SignIn
from oidc_pyramid.interfaces import IInteraction, IPrompt
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.nodes import Interaction
from oidc_pyramid.prompts.levels import is_offered, reached_by
from oidc_pyramid.protocol.levels import reaches
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.throttle import network_of
from oidc_pyramid.views.advance import advance, ready_for
from oidc_pyramid.views.cards import account_card, client_card
from oidc_pyramid.views.endpoint import TEMPLATES, endpoint
from oidc_pyramid.views.forms import form_token, read_form
from oidc_pyramid.views.interaction import begin
from oidc_pyramid.views.interactions import Pending
from oidc_pyramid.views.pictures import with_pictures
from oidc_pyramid.views.sign_in import WAIT


@dataclass(frozen=True, slots=True)
class Step:
    """One person in front of one such page; each method that answers ends the view."""

    request: Any
    interaction: Interaction
    pending: Pending
    client: Client
    sign_in: SignIn
    prompt: Any

    @property
    def account(self) -> Any:
        """Who has to prove more."""
        return self.sign_in.account

    def show(self, renderer: str, **values: Any) -> Any:
        """The page, with ``action``, ``csrf_token``, ``client``, ``account`` and *values*."""
        oidc, wanted = self.request.oidc, self.pending.wanted
        card = client_card(self.client, wanted.redirect_uri)
        values = {
            "action": oidc.url("interactions", self.interaction.__name__, self.prompt.name),
            "csrf_token": form_token(self.request, *self._about()),
            "client": card,
            "account": account_card(self.account),
            **values,
        }
        page = render_to_response(renderer, values, request=self.request)
        return with_pictures(page, card, values["account"])

    def ask(
        self,
        title: str,
        label: str,
        *,
        text: str = "",
        error: str = "",
        decline: str = "",
        secret: bool = False,
    ) -> Any:
        """Our page with one field, ``code``; *decline* is the text of a second button, ``decline``.

        A *secret* is not shown while it is typed.
        """
        translate = self.request.localizer.translate
        texts = {"title": title, "label": label, "text": text, "error": error, "decline": decline}
        values = {name: translate(words) if words else None for name, words in texts.items()}
        return self.show(f"{TEMPLATES}step.pt", secret=secret, **values)

    def too_often(self) -> str:
        """What to tell somebody who has guessed too often; empty when they may try."""
        wait = self.wait()
        minutes = {"minutes": -(-wait // 60)}
        return self.request.localizer.translate(WAIT, mapping=minutes) if wait else ""

    def form(self) -> Params:
        """The fields of that form; raises for a form of another page, session or site."""
        return read_form(self.request, *self._about())

    def _about(self) -> tuple[str, ...]:
        return (self.prompt.name, self.pending.wanted.interaction, self.sign_in.sid)

    def wait(self) -> int:
        """Seconds until this person may try again, or 0: ask before you look at a guess."""
        oidc = self.request.oidc
        return int(oidc.throttle.admit(self._keys(), oidc.now))

    def failed(self) -> None:
        """The guess was wrong; it counts for this person at every browser."""
        oidc = self.request.oidc
        oidc.throttle.fail(self._keys(), oidc.now)

    def _keys(self) -> list[tuple[str, str]]:
        mine = f"{self.prompt.name} {self.account.id}"
        return [("account", mine), ("address", network_of(self.request.remote_addr))]

    def done(self) -> Any:
        """It is proved: the session has the prompt's level and methods, and things go on."""
        oidc, held = self.request.oidc, self.sign_in.acr
        levels = oidc.settings.acr_values
        reached = reached_by(self.prompt, levels)
        acr = held if not reached or reaches(levels, held, reached) else reached
        oidc.throttle.clear(self._keys(), oidc.now)
        oidc.accounts.pin(self.account)
        oidc.browser.step_up(self.sign_in.sid, acr=acr, amr=tuple(self.prompt.amr))
        return advance(self.request, self.pending, self.client, answered=True)

    def declined(self) -> Any:
        """The person can't: a wish goes on without it, a demand ends with an error."""
        declined = (*self.pending.declined, self.prompt.name)
        pending = replace(self.pending, declined=declined)
        return advance(self.request, pending, self.client, answered=True)


def step_page(name: str) -> Callable[[Callable[[Step, Any], Any]], Any]:
    """Register ``view(step, request)`` as the page of the prompt *name*, by a scan."""

    def decorate(view: Callable[[Step, Any], Any]) -> Any:
        def page(interaction: Interaction, request: Any) -> Any:
            pending, client, response = begin(request, interaction)
            if response is not None:
                return response
            sign_in = ready_for(request, pending, client, name)
            prompt = request.oidc.plugin(IPrompt, name)
            if sign_in is None or not is_offered(prompt, sign_in.account):
                return advance(request, pending, client)
            return view(Step(request, interaction, pending, client, sign_in, prompt), request)

        page.__module__, page.__doc__ = view.__module__, view.__doc__
        methods = ("GET", "POST")
        return endpoint(IInteraction, name, methods=methods, page=True, popup=True, depth=1)(page)

    return decorate
