"""Claims that somebody else vouches for: aggregated and distributed ones (Core §5.6.2).

An ``IClaims`` utility returns one of these as the value of each claim that comes from there;
several claims may share one source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aggregated:
    """A JWT of the other claims provider, to be passed on (Core §5.6.2.1)."""

    jwt: str

    def to_json(self) -> dict[str, object]:
        """A member of ``_claim_sources``."""
        return {"JWT": self.jwt}


@dataclass(frozen=True, slots=True)
class Distributed:
    """Where the client can fetch the claims itself (Core §5.6.2.2)."""

    endpoint: str
    access_token: str | None = None

    def to_json(self) -> dict[str, object]:
        """A member of ``_claim_sources``."""
        if self.access_token is None:
            return {"endpoint": self.endpoint}
        return {"endpoint": self.endpoint, "access_token": self.access_token}


Source = Aggregated | Distributed


def with_sources(claims: Mapping[str, object]) -> dict[str, object]:
    """The same claims, those of other providers by reference: ``_claim_names`` says which source
    has them, ``_claim_sources`` what the sources are."""
    elsewhere = {n: v for n, v in claims.items() if isinstance(v, (Aggregated, Distributed))}
    normal = {name: value for name, value in claims.items() if name not in elsewhere}
    if not elsewhere:
        return normal
    labels = {source: f"src{n}" for n, source in enumerate(dict.fromkeys(elsewhere.values()), 1)}
    normal["_claim_names"] = {name: labels[source] for name, source in elsewhere.items()}
    normal["_claim_sources"] = {label: source.to_json() for source, label in labels.items()}
    return normal
