"""Which prompt takes a person to the level that is asked for (Core §3.1.2.1, §5.5.1.1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from oidc_pyramid.decision import SignIn
from oidc_pyramid.protocol.authorization import Wanted
from oidc_pyramid.protocol.errors import AuthorizationError, Check
from oidc_pyramid.protocol.levels import asked_for, is_essential, reaches

LEVEL = Check(
    "essential-acr",
    "Core §5.5.1.1",
    "none of the essential acr values was reached",
    "Ask for a value that acr_values_supported names, or make it voluntary.",
)
UNMET = "unmet_authentication_requirements"
SIGN_IN = "login"


def reached_by(prompt: Any, levels: Sequence[str]) -> str:
    """The level that a prompt declares; of the sign-in, where it says nothing, the first one."""
    declared: str = getattr(prompt, "acr", "")
    first = levels[0] if levels else ""
    return declared or (first if prompt.name == SIGN_IN else "")


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels of a deployment, weakest first, and its prompts in their order.

    ``elsewhere``: people sign in at a page that is not ours, which may reach any level.
    """

    levels: tuple[str, ...]
    prompts: tuple[Any, ...]
    elsewhere: bool = False

    def step(self, wanted: Wanted, sign_in: SignIn | None, declined: Collection[str] = ()) -> str:
        """The name of the prompt that leads to the first value that can be had, or nothing.

        Raises ``AuthorizationError`` when none of the essential values can be reached. Nobody is
        asked for the sake of a wish that ``prompt=none`` forbids to fulfil.
        """
        essential = is_essential(wanted)
        held = "" if sign_in is None else sign_in.acr
        asked = asked_for(wanted)
        met = [level for level in asked if reaches(self.levels, held, level)]
        if "none" in wanted.prompt and (met or not essential):
            return ""
        for level in asked:
            way = "" if level in met else self._way(level, wanted, sign_in, declined)
            if way or level in met:
                return way
        if essential:
            raise AuthorizationError(LEVEL, error=UNMET)
        return ""

    def _way(
        self, level: str, wanted: Wanted, sign_in: SignIn | None, declined: Collection[str]
    ) -> str:
        """The prompt that asks for the least that is enough."""
        found = []
        for prompt in self.prompts:
            top = self._top(prompt, level, essential=is_essential(wanted))
            if (
                reaches(self.levels, top, level)
                and prompt.name not in declined
                and _is_open(prompt, wanted, sign_in)
            ):
                found.append((self.levels.index(top) if top in self.levels else -1, prompt.name))
        return min(found, key=lambda pair: pair[0])[1] if found else ""

    def _top(self, prompt: Any, level: str, *, essential: bool) -> str:
        """A host's own sign-in may reach every level that is named, but only for a demand: for a
        wish, nobody has to sign in again there."""
        if prompt.name == SIGN_IN and self.elsewhere and essential and level in self.levels:
            return level
        return reached_by(prompt, self.levels)


def _is_open(prompt: Any, wanted: Wanted, sign_in: SignIn | None) -> bool:
    """A sign-in of this very interaction did what it could; a person may not have the means."""
    if sign_in is None:
        return True
    if prompt.name == SIGN_IN:
        return sign_in.authenticated_in != wanted.interaction
    return is_offered(prompt, sign_in.account)


def is_offered(prompt: Any, account: Any) -> bool:
    """Whether this person has the means for it."""
    offered_to = getattr(prompt, "offered_to", None)
    return offered_to is None or bool(offered_to(account))
