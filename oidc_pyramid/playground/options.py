"""What the start page asks: which client, which scopes, which extra parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oidc_pyramid.playground.clients import CONFIDENTIAL, PUBLIC, SCOPES

CLIENTS = (CONFIDENTIAL, PUBLIC)
PROMPTS = ("", "none", "login", "consent", "select_account")
RESPONSE_MODES = ("", "query", "fragment", "form_post")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Options:
    """One choice of all of them; the texts may be wrong on purpose, to see what happens."""

    client_id: str = CONFIDENTIAL
    scope: tuple[str, ...] = ("openid", "profile", "email")
    prompt: str = ""
    max_age: str = ""
    response_mode: str = ""
    login_hint: str = ""
    ui_locales: str = ""
    id_token_hint: str = ""
    stop: bool = True

    @property
    def public(self) -> bool:
        """Whether the chosen client has no secret."""
        return self.client_id == PUBLIC

    @property
    def more(self) -> bool:
        """Whether a parameter was chosen that most requests do without."""
        texts = (self.prompt, self.max_age, self.response_mode, self.login_hint, self.ui_locales)
        return any(texts)


def read_options(pairs: Iterable[tuple[str, str]]) -> Options:
    """From the start page's form. What is not on offer counts as not chosen."""
    form = list(pairs)
    first = dict(reversed(form))

    def one_of(name: str, offered: tuple[str, ...]) -> str:
        return first[name] if first.get(name) in offered else offered[0]

    def text(name: str) -> str:
        return "".join(char for char in first.get(name, "") if char.isprintable())[:LONGEST].strip()

    chosen = {value for name, value in form if name == "scope"}
    return Options(
        client_id=one_of("client_id", CLIENTS),
        scope=tuple(scope for scope in SCOPES if scope in chosen),
        prompt=one_of("prompt", PROMPTS),
        max_age=text("max_age"),
        response_mode=one_of("response_mode", RESPONSE_MODES),
        login_hint=text("login_hint"),
        ui_locales=text("ui_locales"),
        stop="stop" in first,
    )
