"""Something ends while a client refreshes as fast as it can: nothing survives."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from soak.deployment import Client, Deployment, deployed
from soak.operator import Operator, operator
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Family, Person, is_active
from soak.verify import examined
from soak.web import Answer

REFRESHERS = 4
PEOPLE = 4
LONGEST = 60  # seconds; what has ended is refused long before
End = Callable[[Person, Family], None]


class Chain:
    """A family whose newest token several threads of one client send at once, wave after wave:
    all of a wave get the same successor, and only then is that one sent. So nothing but the end
    can end it."""

    def __init__(self, place: Deployment, family: Family) -> None:
        self._place, self._family = place, family
        self.tokens = [family.refresh]
        self.access = [family.access]
        self.strange: list[str] = []
        self.running = threading.Event()  # a wave has been answered
        self.refused_at = 0.0  # when the first refusal was there
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """Until it is refused."""
        self._thread.start()
        self.running.wait(30)

    def join(self) -> None:
        """It has been refused."""
        self._thread.join()

    def _run(self) -> None:
        with ThreadPoolExecutor(REFRESHERS) as pool:
            until = time.monotonic() + LONGEST
            while time.monotonic() < until:
                answers = list(pool.map(self._send, [self.tokens[-1]] * REFRESHERS))
                self._take(answers)
                self.running.set()
                if self.refused_at or self.strange:
                    return
        self.strange.append(f"still refreshed after {LONGEST} s")

    def _send(self, token: str) -> Answer:
        fields = {"grant_type": "refresh_token", "refresh_token": token}
        answer = self._place.ask("POST", "/token", fields, headers=self._family.client.basic)
        self._place.count(answer)
        if answer.status in {400, 401}:
            self.refused_at = self.refused_at or time.monotonic()
        return answer

    def _take(self, answers: list[Answer]) -> None:
        good = [answer.json for answer in answers if answer.status == 200]
        self.access += [told["access_token"] for told in good]
        successors = {told["refresh_token"] for told in good}
        if len(successors) > 1:
            self.strange.append("two successors of one refresh token")
        self.tokens += successors
        strange = [a.status for a in answers if a.status not in {200, 400, 401} and not a.busy]
        if strange:
            self.strange.append(f"a refresh was answered {strange}")


@dataclass
class Tally:
    """Of all rounds."""

    rounds: Counter[str] = field(default_factory=Counter)
    refreshed: int = 0
    survivors: int = 0
    early: int = 0
    broken: list[str] = field(default_factory=list)


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """The rounds of each way are spread over lanes, which have people of their own."""
    outcome, tally = Outcome(), Tally()
    workers, people = scale.workers, scale.lanes * PEOPLE
    with (
        deployed(storage, directory, workers_wanted=workers, people=people) as place,
        operator(place) as operate,
        ThreadPoolExecutor(scale.lanes) as pool,
    ):
        ends = _ends(place, operate)
        work = [name for _ in range(scale.rounds) for name in ends]
        lanes = [
            pool.submit(
                _lane,
                place,
                operate,
                place.usernames[number :: scale.lanes],
                [(name, ends[name]) for name in work[number :: scale.lanes]],
                tally,
            )
            for number in range(scale.lanes)
        ]
        for lane in lanes:
            lane.result()
        outcome.broken += examined(place)
        outcome.broken += tally.broken + place.wrong + place.unexpected()
        outcome.demand(not tally.survivors, f"{tally.survivors} tokens outlived what they rest on")
        outcome.demand(not tally.early, f"{tally.early} families had ended before their end")
        outcome.figures = {
            "rounds": sum(tally.rounds.values()),
            "ways": dict(tally.rounds),
            "refreshes meanwhile": tally.refreshed,
            "survivors": tally.survivors,
            "503": place.answers[503],
            "retries": place.conflicts(),
        }
    return outcome


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


def _lane(
    place: Deployment,
    operate: Operator,
    usernames: list[str],
    work: list[tuple[str, End]],
    tally: Tally,
) -> None:
    """Round after round, each by another person than the one before."""
    people = [Person(place, name) for name in usernames]
    client = place.register(people[0].patiently)
    for number, (name, end) in enumerate(work):
        person = people[number % len(people)]
        fresh = name == "client deleted"
        chosen = place.register(person.patiently) if fresh else client
        try:
            _round(place, person, chosen, name, end, tally)
        except Exception as error:  # noqa: BLE001 - reported
            tally.broken.append(f"{name}: {type(error).__name__} {error}")
        if name == "account disabled":
            operate.do("user", "enable", person.username)


def _round(
    place: Deployment, person: Person, client: Client, name: str, end: End, tally: Tally
) -> None:
    family = person.flow(client)
    chain = Chain(place, family)
    chain.start()
    began = time.monotonic()
    try:
        end(person, family)
    finally:
        chain.join()
    tally.broken += chain.strange
    tally.early += bool(chain.refused_at) and chain.refused_at < began
    tally.rounds[name] += 1
    tally.refreshed += len(chain.access) - 1
    tally.survivors += _living(place, client, chain, gone=name == "client deleted")


def _living(place: Deployment, client: Client, chain: Chain, *, gone: bool) -> int:
    """How many of the tokens that were given out are still good: the first, and the last ones."""
    good = 0
    for access in (*chain.access[:1], *chain.access[-REFRESHERS * 2 :]):
        headers = {"Authorization": f"Bearer {access}"}
        good += place.ask("GET", "/userinfo", headers=headers).status == 200
    if not gone:
        good += sum(is_active(place, client, token) for token in chain.tokens[-3:])
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
