"""Protected resources: what an access token is for (RFC 8707, RFC 9068 §3).

A token is for one resource. So no scope in it can mean something at a second one, and whoever
receives it can't use it elsewhere (RFC 9068 §5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from oidc_pyramid.protocol.errors import Check, InvalidTarget

LONGEST = 512

SEVERAL = Check(
    "one-resource",
    "RFC 9068 §5",
    "an access token is for one resource",
    "Ask for an access token per resource.",
)
UNNAMED = Check(
    "resource-named",
    "RFC 8707 §2.2",
    "several resources were authorized, and none of them was named",
    "Name one with the parameter resource.",
)
UNAUTHORIZED = Check(
    "resource-authorized", "RFC 8707 §2.2", "this resource was not authorized, or is not known here"
)
NOTHING_UNDERSTOOD = Check(
    "resource-scope",
    "RFC 8707 §2",
    "this resource knows none of the scopes that were granted",
    "Ask for a scope of the resource.",
)

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!$-;=?-\[\]_a-z~]+")
_WITHOUT_HOST = re.compile(r"https?:(?!//[^/?])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resource:
    """What a deployment says of a resource. No ``format`` leaves that to the client and the
    deployment; ``expire`` is in seconds; ``scopes`` is None for ourselves, who know them all."""

    identifier: str
    scopes: tuple[str, ...] | None
    format: str = ""
    alg: str = ""
    expire: int = 0

    def __str__(self) -> str:
        """As a line of the settings."""
        options = {"scopes": ",".join(self.scopes or ()), "format": self.format, "alg": self.alg}
        options["expire"] = f"{self.expire}s" if self.expire else ""
        return " ".join([self.identifier, *(f"{k}={v}" for k, v in options.items() if v)])

    def understood(self, scope: Iterable[str]) -> tuple[str, ...]:
        """What of this scope means something here (RFC 9068 §2.2.3)."""
        return tuple(one for one in scope if self.scopes is None or one in self.scopes)

    def granted(self, scope: Iterable[str]) -> tuple[str, ...]:
        """The same, for a token: a client without a single scope of the resource gets none."""
        found = self.understood(scope)
        if not found and self.scopes is not None:
            knows = f"{self.identifier} knows {self.scopes}"
            raise InvalidTarget(NOTHING_UNDERSTOOD, private=f"{knows}, granted is {tuple(scope)}")
        return found


def check_identifier(text: str) -> str:
    """The text itself; ``ValueError`` unless it is an absolute URI without a fragment
    (RFC 8707 §2)."""
    if len(text) > LONGEST:
        raise ValueError(f"a resource is named by at most {LONGEST} characters")
    if not _ABSOLUTE.fullmatch(text) or _WITHOUT_HOST.match(text):
        raise ValueError(f"{text!r} is not an absolute URI without a fragment")
    return text


def target(
    asked: Sequence[str], authorized: Sequence[str], known: Mapping[str, Resource], ours: str
) -> Resource:
    """The one resource that an access token is for; raises ``InvalidTarget``.

    Where none is asked for: the one that was authorized, or ourselves if we are among them.
    """
    named = tuple(dict.fromkeys(asked)) or tuple(authorized)
    if not asked and len(named) > 1:
        if ours not in named:
            raise InvalidTarget(UNNAMED)
        named = (ours,)
    if any(one not in authorized or one not in known for one in named):
        private = f"asked for {named}, authorized {tuple(authorized)}, known {tuple(known)}"
        raise InvalidTarget(UNAUTHORIZED, private=private)
    if len(named) != 1:
        raise InvalidTarget(SEVERAL)
    return known[named[0]]
