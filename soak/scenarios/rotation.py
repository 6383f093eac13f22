"""Keys rotate under load: a relying party that keeps the JWKS for its max-age verifies all."""

from __future__ import annotations

import base64
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from soak.deployment import Deployment, deployed
from soak.load import loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Person, redemption
from soak.verify import verify


@dataclass(frozen=True)
class Pace:
    """The life of a key in seconds; a minute, or a few seconds in its place."""

    age: int
    ahead: int
    max_age: int

    def settings(self) -> dict[str, str]:
        """Published for longer than anybody keeps the set, kept for longer than a token lives."""
        return {
            "oidc.rotate_keys_every": f"{self.age}s",
            "oidc.key_publish_ahead": f"{self.ahead}s",
            "oidc.jwks_max_age": f"{self.max_age}s",
            "oidc.key_retire_after": f"{self.age * 2}s",
            "oidc.id_token_expire": f"{self.age}s",
            "oidc.sweep_interval": "1s",
        }


QUICK, MINUTE = Pace(3, 2, 1), Pace(60, 20, 10)


@dataclass
class Keys:
    """What a relying party has fetched, and until when it does not ask again."""

    place: Deployment
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    until: float = 0.0
    seen: set[str] = field(default_factory=set)

    def good(self, id_token: str) -> bool:
        """Whether the signature verifies with the keys at hand."""
        from jwcrypto.jwk import JWK
        from jwcrypto.jws import JWS, InvalidJWSSignature

        self._fetch()
        kid = json.loads(_decoded(id_token.partition(".")[0]))["kid"]
        if kid not in self.keys:
            return False
        message = JWS()
        message.deserialize(id_token)
        try:
            message.verify(JWK(**self.keys[kid]))
        except InvalidJWSSignature:
            return False
        return True

    def _fetch(self) -> None:
        if time.monotonic() < self.until:
            return
        answer = self.place.ask("GET", "/jwks")
        age = re.search(r"max-age=(\d+)", answer.headers.get("cache-control", ""))
        self.until = time.monotonic() + (int(age[1]) if age else 0)
        self.keys = {key["kid"]: key for key in answer.json["keys"]}
        self.seen |= set(self.keys)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """Several relying parties, each with its own copy, fetched at its own moment."""
    outcome = Outcome()
    pace = MINUTE if scale.name == "full" else QUICK
    with deployed(
        storage,
        directory,
        workers_wanted=scale.workers,
        people=scale.people,
        settings=pace.settings(),
    ) as place:
        parties = [Keys(place) for _ in range(5)]
        person = Person(place, place.usernames.pop())  # who has no part in the load
        with loaded(place, scale.rate / 2) as load:
            issued = _issue(outcome, person, parties, pace.age * scale.keys)
        lost, seen = verify(place)
        outcome.broken += load.broken + place.wrong + place.unexpected() + lost
        load.steady(outcome, scale)
    kids = set().union(*(party.seen for party in parties))
    outcome.demand(len(kids) >= scale.keys, f"only {len(kids)} keys were seen")
    outcome.figures = {
        "id tokens": issued,
        "keys": len(kids),
        "a key lives s": pace.age,
        "lost": len(lost),
        **seen,
        **load.figures(),
    }
    return outcome


def _issue(outcome: Outcome, person: Person, parties: list[Keys], seconds: float) -> int:
    """Sign, verify at all parties, and once more shortly before the token expires."""
    place, client = person.place, person.place.clients[0]
    later: list[tuple[float, str]] = []
    failures, number = 0, 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        fields = redemption(*person.code(client))
        answer = place.ask("POST", "/token", fields, headers=client.basic)
        place.count(answer)
        if answer.status != 200:
            outcome.demand(answer.busy, f"a code was answered {answer.status}")
            continue
        token, number = answer.json["id_token"], number + 1
        later.append((time.monotonic() + _life(token) * 0.8, token))
        due = [old for when, old in later if when <= time.monotonic()]
        later = [(when, old) for when, old in later if when > time.monotonic()]
        failures += sum(not p.good(t) for p in parties for t in (token, *due))
        time.sleep(0.05)
    outcome.demand(not failures, f"{failures} signatures did not verify")
    return number


def _life(token: str) -> int:
    claims = json.loads(_decoded(token.split(".")[1]))
    return int(claims["exp"] - claims["iat"])


SCENARIO = Scenario("rotation", "Key rotation under load", ("sqlite", "postgresql"), run)
