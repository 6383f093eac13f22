"""The ``claims`` parameter: single claims, for UserInfo or the ID Token (Core §5.5)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from oidc_pyramid.protocol import strict_json

MAX_LENGTH = 8192
MOST_CLAIMS = 100
MEMBERS = ("userinfo", "id_token")


@dataclass(frozen=True, slots=True)
class Demand:
    """How one claim is wanted (Core §5.5.1); no values means any value."""

    essential: bool = False
    values: tuple[Any, ...] = ()

    def accepts(self, value: object) -> bool:
        """True when this value answers the demand."""
        return not self.values or value in self.values


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What is wanted where. ``text`` is the parameter in its shortest form."""

    userinfo: Mapping[str, Demand] = field(default_factory=dict)
    id_token: Mapping[str, Demand] = field(default_factory=dict)
    text: str = ""

    def names(self) -> tuple[str, ...]:
        """Every claim that is asked for, in either place."""
        return tuple(dict.fromkeys((*self.userinfo, *self.id_token)))

    def subject(self) -> str | None:
        """The one ``sub`` that the client accepts, if it named one (Core §5.5.1)."""
        for demands in (self.id_token, self.userinfo):
            values = demands.get("sub", Demand()).values
            if values:
                return str(values[0])
        return None

    def essential_acr(self) -> tuple[str, ...]:
        """The levels of which one must be reached (Core §5.5.1.1)."""
        demand = self.id_token.get("acr", Demand())
        return tuple(str(value) for value in demand.values) if demand.essential else ()

    def needs_auth_time(self) -> bool:
        """The ID Token has to say when the person signed in (Core §2)."""
        return self.id_token.get("auth_time", Demand()).essential


NOTHING = ClaimsRequest()


def parse(text: str | None) -> ClaimsRequest:
    """Raises ``ValueError`` with a public reason for anything that is not Core §5.5."""
    if not text:
        return NOTHING
    if len(text) > MAX_LENGTH:
        msg = f"claims is longer than {MAX_LENGTH} characters"
        raise ValueError(msg)
    document = strict_json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("claims must be a JSON object")  # noqa: TRY004 - its value is wrong
    parts = {name: _member(document.get(name)) for name in MEMBERS}
    kept = {name: document[name] for name in MEMBERS if parts[name]}
    shortest = json.dumps(kept, separators=(",", ":"), ensure_ascii=False) if kept else ""
    return ClaimsRequest(parts["userinfo"], parts["id_token"], shortest)


def _member(member: object) -> dict[str, Demand]:
    if member is None:
        return {}
    if not isinstance(member, dict) or len(member) > MOST_CLAIMS:
        raise ValueError("userinfo and id_token must be JSON objects of reasonable size")
    return {name: _demand(demand) for name, demand in member.items()}


def _demand(demand: object) -> Demand:
    """``null``, or an object with essential, value, values; other members are ignored."""
    if demand is None:
        return Demand()
    if not isinstance(demand, dict):
        raise ValueError("each claim must be null or a JSON object")  # noqa: TRY004 - as above
    essential, values = demand.get("essential", False), demand.get("values", [])
    if not (isinstance(essential, bool) and isinstance(values, list)):
        raise ValueError("essential must be a boolean and values an array")  # noqa: TRY004
    one = (demand["value"],) if "value" in demand else ()
    return Demand(essential, (*one, *values))


def answer(demands: Mapping[str, Demand], known: Mapping[str, object]) -> dict[str, object]:
    """The claims that are known and have an accepted value; a missing one is no error."""
    return {
        name: known[name]
        for name, demand in demands.items()
        if name in known and demand.accepts(known[name])
    }


def allowed(request: ClaimsRequest, names: Iterable[str]) -> ClaimsRequest:
    """The same request for these claims alone."""
    wanted = set(names)
    return ClaimsRequest(
        {name: d for name, d in request.userinfo.items() if name in wanted},
        {name: d for name, d in request.id_token.items() if name in wanted},
        request.text,
    )
