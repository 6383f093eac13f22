"""Levels of authentication, weakest first: ``acr`` and what asks for it (Core §3.1.2.1, §5.5.1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from oidc_pyramid.protocol.claims_request import ClaimsRequest, Demand


class Asking(Protocol):
    """What of an authorization request is about levels."""

    @property
    def acr_values(self) -> tuple[str, ...]: ...

    @property
    def claims_request(self) -> ClaimsRequest: ...


def asked_for(wanted: Asking) -> tuple[str, ...]:
    """The values in order of preference: a claim request's own, else ``acr_values``, which are the
    client's ``default_acr_values`` where the request has none (Registration §2)."""
    demand = wanted.claims_request.id_token.get("acr", Demand())
    return tuple(str(value) for value in demand.values) or wanted.acr_values


def is_essential(wanted: Asking) -> bool:
    """True when one of the values must be reached (Core §5.5.1.1)."""
    return bool(wanted.claims_request.essential_acr())


def reaches(levels: Sequence[str], held: str, level: str) -> bool:
    """A level holds for those below it; one that the deployment does not name, for itself."""
    if held not in levels or level not in levels:
        return bool(held) and held == level
    return levels.index(held) >= levels.index(level)


def satisfied(levels: Sequence[str], held: str, asked: Sequence[str]) -> str:
    """What ``acr`` says: the most preferred value that is reached, else what there is."""
    return next((level for level in asked if reaches(levels, held, level)), held)
