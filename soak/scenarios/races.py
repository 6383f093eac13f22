"""One code, or one refresh token, by many at once over all workers: exactly one lineage."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from soak.deployment import Deployment, deployed
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Person, is_active, redemption
from soak.verify import examined
from soak.web import Answer

Said = TypeVar("Said")


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """Codes first, then what other codes bought."""
    outcome, tokens = Outcome(), scale.tokens
    with (
        deployed(storage, directory, workers_wanted=scale.workers, people=4) as place,
        ThreadPoolExecutor(scale.parallel) as pool,
    ):
        people = [Person(place, name) for name in place.usernames]
        for number in range(tokens):
            person = people[number % len(people)]
            _code(outcome, place, person, pool, scale.parallel)
            _refresh(outcome, place, person, pool, scale.parallel)
        answers = place.answers
        outcome.broken += examined(place)
        outcome.broken += place.wrong + place.unexpected()
    total = 2 * tokens * scale.parallel
    busy = answers[503]
    outcome.demand(answers[0] == 0, f"{answers[0]} requests had no answer")
    outcome.demand(busy <= total * 0.01, f"{busy} of {total} were answered 503")
    outcome.figures = {
        "codes": tokens,
        "refresh tokens": tokens,
        "each by": scale.parallel,
        "503": busy,
        "retries": place.conflicts(),
    }
    return outcome


def at_once(pool: ThreadPoolExecutor, number: int, send: Callable[[], Said]) -> list[Said]:
    """The same request, so many times at one moment."""
    barrier = threading.Barrier(number)

    def go(_: int) -> Said:
        barrier.wait()
        return send()

    return list(pool.map(go, range(number)))


def _code(
    outcome: Outcome, place: Deployment, person: Person, pool: ThreadPoolExecutor, parallel: int
) -> None:
    client = place.clients[0]
    fields = redemption(*person.code(client))
    answers = at_once(
        pool, parallel, lambda: place.ask("POST", "/token", fields, headers=client.basic)
    )
    good = _judge(outcome, place, answers, "code")
    outcome.demand(len(good) == 1, f"a code was redeemed {len(good)} times")
    for answer in good:  # the code came again: what it bought has ended (RFC 6749 §4.1.2)
        token = answer.json["refresh_token"]
        outcome.demand(not is_active(place, client, token), "a replayed code's tokens live on")


def _refresh(
    outcome: Outcome, place: Deployment, person: Person, pool: ThreadPoolExecutor, parallel: int
) -> None:
    client = place.clients[1]
    family = person.flow(client)
    fields = {"grant_type": "refresh_token", "refresh_token": family.refresh}
    answers = at_once(
        pool, parallel, lambda: place.ask("POST", "/token", fields, headers=client.basic)
    )
    good = _judge(outcome, place, answers, "refresh token")
    successors = {answer.json["refresh_token"] for answer in good}
    outcome.demand(len(successors) == 1, f"a refresh token has {len(successors)} successors")
    alive = [token for token in successors if is_active(place, client, token)]
    outcome.demand(len(alive) == 1, f"{len(alive)} successors are alive")


def _judge(outcome: Outcome, place: Deployment, answers: list[Answer], what: str) -> list[Answer]:
    """Those with tokens; the others were told that it was used, or asked to come again."""
    for answer in answers:
        place.count(answer)
    allowed = {200, 503, 0} | ({400} if what == "code" else set())
    strange = {answer.status for answer in answers} - allowed
    outcome.demand(not strange, f"a {what} was answered {strange}")
    return [answer for answer in answers if answer.status == 200]


SCENARIO = Scenario(
    "races",
    "One code and one refresh token by many at once",
    ("sqlite", "postgresql", "zeo", "file"),
    run,
)
