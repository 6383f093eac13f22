"""Something ends while a client refreshes as fast as it can: nothing survives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from soak.deployment import Client, Deployment, deployed
from soak.operator import Operator, operator
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Family, Person, is_active
from soak.web import Answer

REFRESHERS = 3


class Chain:
    """The newest token of a family, refreshed by several threads of one client."""

    def __init__(self, place: Deployment, family: Family) -> None:
        self._place, self._family = place, family
        self._stopped = threading.Event()
        self.tokens = [family.refresh]
        self.access = [family.access]
        self.strange: list[str] = []
        self._threads = [threading.Thread(target=self._run) for _ in range(REFRESHERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            fields = {"grant_type": "refresh_token", "refresh_token": self.tokens[-1]}
            answer = self._place.ask("POST", "/token", fields, headers=self._family.client.basic)
            self._place.count(answer)
            if answer.status == 200:
                self.tokens.append(answer.json["refresh_token"])
                self.access.append(answer.json["access_token"])
            elif answer.status in {400, 401}:
                return
            elif not answer.busy:
                self.strange.append(f"a refresh was answered {answer.status}")
                return


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """The rounds are spread over the ways in which things end."""
    outcome = Outcome()
    survivors, refreshed = 0, 0
    with (
        deployed(storage, directory, workers_wanted=scale.workers, people=4) as place,
        operator(place) as operate,
    ):
        ends = _ends(place, operate)
        people = [Person(place, name) for name in place.usernames]
        for number in range(scale.rounds * len(ends)):
            name = list(ends)[number % len(ends)]
            person = people[number % len(people)]
            living, steps = _round(outcome, place, person, name, ends[name])
            if name == "account disabled":
                operate.do("user", "enable", person.username)
            survivors += living
            refreshed += steps
        outcome.broken += place.wrong + place.unexpected()
    outcome.demand(not survivors, f"{survivors} tokens outlived what they rested on")
    outcome.figures = {
        "rounds": scale.rounds * len(ends),
        "ways": list(ends),
        "refreshes meanwhile": refreshed,
        "survivors": survivors,
        "503": place.answers[503],
    }
    return outcome


End = Callable[[Person, Family], None]


def _ends(place: Deployment, operate: Operator) -> dict[str, End]:
    def disable(person: Person, _family: Family) -> None:
        operate.do("user", "disable", person.username)

    def delete(_person: Person, family: Family) -> None:
        headers = {"Authorization": f"Bearer {family.client.management}"}
        path = f"/clients/{family.client.client_id}"
        _until_done(lambda: place.ask("DELETE", path, headers=headers))

    return {
        "revoked": lambda person, family: person.revoke(family),
        "password changed": lambda person, _family: person.change_password(),
        "consent withdrawn": lambda person, family: person.withdraw(family),
        "account disabled": disable,
        "client deleted": delete,
    }


def _round(
    outcome: Outcome, place: Deployment, person: Person, name: str, end: End
) -> tuple[int, int]:
    client = place.register()
    family = person.flow(client)
    with Chain(place, family) as chain:
        time.sleep(0.02)
        end(person, family)
    outcome.broken += chain.strange
    living = _living(place, client, chain, gone=name == "client deleted")
    return living, len(chain.tokens) - 1


def _living(place: Deployment, client: Client, chain: Chain, *, gone: bool) -> int:
    """How many of all tokens that were given out are still good."""
    good = 0
    for access in chain.access:
        headers = {"Authorization": f"Bearer {access}"}
        good += place.ask("GET", "/userinfo", headers=headers).status == 200
    if not gone:
        good += sum(is_active(place, client, token) for token in chain.tokens)
    return good


def _until_done(send: Callable[[], Answer]) -> None:
    for _ in range(20):
        if not send().busy:
            return
    raise RuntimeError("always 503")


SCENARIO = Scenario(
    "ends",
    "Revocation, password, account, consent and client against refreshes",
    ("sqlite", "postgresql", "zeo"),
    run,
)
