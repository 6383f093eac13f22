"""The ancestor's hooks around a person's sign-in and sign-out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zope.interface import implementer

from oidc_pyramid.compat.call import named, own_user
from oidc_pyramid.interfaces import IAfterEndSession, IAfterLogin, ISubject


@implementer(IAfterLogin)
class AfterLogin:
    """``f(request, user, client)``, and ``parameters, resume_url`` for a hook that takes them."""

    def __init__(self, hook: Callable[..., Any]) -> None:
        self._hook = hook

    def __call__(
        self, request: Any, account: Any, client: Any, parameters: Any, resume_url: str
    ) -> Any:
        """A response, or None to go on."""
        more = {"user": own_user(account), "client": client}
        ours = {"parameters": parameters, "resume_url": resume_url}
        return named(self._hook, request, more | ours)


@implementer(IAfterEndSession)
class AfterEndSession:
    """``f(request, id_token, post_logout_redirect_uri, state, client, next_page)``."""

    def __init__(self, hook: Callable[..., Any]) -> None:
        self._hook = hook

    def __call__(
        self,
        request: Any,
        id_token: Any,
        post_logout_redirect_uri: str | None,
        state: str | None,
        client: Any,
        next_page: str | None,
    ) -> None:
        """``id_token`` are the claims of the verified hint, or None."""
        more = {
            "id_token": id_token,
            "post_logout_redirect_uri": post_logout_redirect_uri,
            "state": state,
            "client": client,
            "next_page": next_page,
        }
        named(self._hook, request, more)


@implementer(ISubject)
class SubGenerator:
    """``f(user)``: a text that is unique and never given to anybody else (Core §2)."""

    def __init__(self, hook: Callable[[Any], Any]) -> None:
        self._hook = hook

    def __call__(self, account: Any) -> str:
        """At most 255 ASCII characters."""
        subject = str(self._hook(own_user(account)))
        if not subject.isascii() or not 0 < len(subject) <= 255:
            msg = "the sub generator must give 1 to 255 ASCII characters (Core §2)"
            raise ValueError(msg)
        return subject
