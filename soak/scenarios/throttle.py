"""Guesses over all workers are counted together, each of them, and not in one hot object."""

from __future__ import annotations

import math
import secrets
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from soak.clock import Clock
from soak.deployment import PASSWORD, Deployment, deployed
from soak.load import CALM, loaded
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Person, Unanswered, hidden, title
from soak.scenarios.races import at_once
from soak.verify import verify

LIMITS = {"account": 10, "address": 20}
WINDOW = 600
WAVES = 3  # at one aim: more guesses than a limit
THREADS = 4  # of a worker, in deploy/
MEET = 4 / 1024  # the chance that two share a bucket: each writes two of 1 024 (docs/adr/0011)
LOGIN = "/account/login"
WRONG, CLOSED, IN, BUSY = "wrong", "too many", "signed in", "503"
SAYS = {WRONG: b"Wrong user name or password.", CLOSED: b"Too many attempts."}
CROWDED = "10.0.0.1"


class Form:
    """The sign-in form at a browser of its own, at that address."""

    def __init__(self, place: Deployment, username: str, address: str) -> None:
        self._person = Person(place, username, address=address)
        self._token = hidden(self._person.page("GET", LOGIN), "csrf_token")
        self.spent = 0.0

    def send(self, password: str) -> str:
        """What is said to it. After a 503 it is sent again, as a guesser would."""
        fields = {"username": self._person.username, "password": password}
        began = time.monotonic()
        try:
            answer = self._person.page("POST", LOGIN, fields | {"csrf_token": self._token})
        except Unanswered:
            return BUSY
        self.spent = time.monotonic() - began
        if answer.status == 303:
            return IN
        said = [word for word, text in SAYS.items() if text in answer.body]
        plain = answer.status == 200 and said and not answer.cookies
        return said[0] if plain else f"{answer.status} {answer.cookies} {title(answer)}"


@dataclass
class Guesses:
    """Wave after wave, each of forms that are all sent at one moment."""

    place: Deployment
    pool: ThreadPoolExecutor
    said: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def wave(self, aims: list[tuple[str, str]]) -> None:
        """A wrong password for each of these names, from these addresses."""
        forms = list(self.pool.map(lambda aim: Form(self.place, *aim), aims))
        waiting, began = list(forms), time.monotonic()
        self.said.update(at_once(self.pool, len(aims), lambda: waiting.pop().send("not this one")))
        self.seconds += time.monotonic() - began
        self.times += [form.spent for form in forms]


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """One account and one address under load; then guesses that have nothing in common."""
    outcome = Outcome()
    directory.mkdir(parents=True, exist_ok=True)
    clock = Clock(directory)
    settings = {f"oidc.throttle_{kind}": str(limit) for kind, limit in LIMITS.items()}
    settings |= clock.settings | {"oidc.throttle_window": f"{WINDOW}s"}
    with (
        deployed(storage, directory, workers_wanted=scale.workers, settings=settings) as place,
        ThreadPoolExecutor(scale.parallel) as pool,
    ):
        owner = Person(place, place.usernames.pop())  # nobody of the load
        owner.flow(place.clients[0])
        with loaded(place, scale.rate / 2, mix=CALM) as load:
            closed = _closed(outcome, Guesses(place, pool), Guesses(place, pool), owner, scale)
            _who_is_told_what(outcome, place, owner)
        spread = _spread(outcome, Guesses(place, pool), scale)
        _open_again(outcome, place, owner, clock)
        lost, seen = verify(place)
        outcome.broken += load.broken + place.wrong + lost + place.unexpected()
    outcome.demand(not load.unanswered, f"of the others some gave up: {dict(load.unanswered)}")
    outcome.demand(load.done["flow"], "nobody else signed in meanwhile")
    outcome.figures = {**closed, **spread, **seen, **load.figures()}
    return outcome


def _closed(
    outcome: Outcome, account: Guesses, address: Guesses, owner: Person, scale: Scale
) -> dict[str, object]:
    """At one account from everywhere, and from one address at many: a limit lets through what it
    says, however many guess at once. None is counted twice, so it is no less either."""
    for _ in range(WAVES):
        account.wave([(owner.username, _anywhere()) for _ in range(scale.parallel)])
        address.wave([(secrets.token_hex(5), CROWDED) for _ in range(scale.parallel)])
    figures: dict[str, object] = {}
    for kind, guesses in {"account": account, "address": address}.items():
        tried, limit = guesses.said[WRONG], LIMITS[kind]
        outcome.demand(tried == limit, f"one {kind}: {tried} guesses tried, {limit} allowed")
        outcome.demand(not _strange(guesses), f"one {kind}: {dict(guesses.said)}")
        figures[f"at one {kind}"] = dict(guesses.said)
    return figures


def _who_is_told_what(outcome: Outcome, place: Deployment, owner: Person) -> None:
    """What is closed is closed for the right password, in the same words; nothing else is."""
    other = place.usernames[0]
    for username, address, password, expected in (
        (owner.username, _anywhere(), PASSWORD, CLOSED),
        (owner.username, _anywhere(), "not this one", CLOSED),
        (other, CROWDED, PASSWORD, CLOSED),
        (other, _anywhere(), PASSWORD, IN),
    ):
        said = Form(place, username, address).send(password)
        outcome.demand(said == expected, f"{username} at {address}: {said}, not {expected}")
    owner.sign_out()
    owner.flow(place.clients[0])  # at the browser that knows them


def _spread(outcome: Outcome, guesses: Guesses, scale: Scale) -> dict[str, object]:
    """Each at a name and from an address that no other has: they meet by chance only. While one is
    looked at, each other thread of the workers counts about one."""
    place = guesses.place
    before = place.conflicts()
    for _ in range(scale.tokens):
        guesses.wave([(secrets.token_hex(5), _anywhere()) for _ in range(scale.parallel)])
    number, conflicts = len(guesses.times), place.conflicts() - before
    rivals = THREADS * (scale.workers if place.storage.several else 1) - 1
    expected = number * rivals * MEET
    allowed = expected + 3 * math.sqrt(expected)
    outcome.demand(conflicts <= allowed, f"{conflicts} conflicts in {number} guesses")
    outcome.demand(set(guesses.said) == {WRONG}, f"guesses everywhere: {dict(guesses.said)}")
    return {
        "guesses everywhere": number,
        "of these a second": round(number / guesses.seconds, 1),
        "conflicts": conflicts,
        "percent": round(100 * conflicts / number, 2),
        "a guess p99 ms": round(statistics.quantiles(guesses.times, n=100)[98] * 1000),
    }


def _open_again(outcome: Outcome, place: Deployment, owner: Person, clock: Clock) -> None:
    """When the window is over."""
    clock.set(WINDOW + 1)
    for address in (_anywhere(), CROWDED):
        said = Form(place, owner.username, address).send(PASSWORD)
        outcome.demand(said == IN, f"after the window, at {address}: {said}")
    clock.set(0)


def _strange(guesses: Guesses) -> set[str]:
    return set(guesses.said) - {WRONG, CLOSED, BUSY}


def _anywhere() -> str:
    """An address that nobody else has."""
    return ".".join(("11", *map(str, secrets.token_bytes(3))))


SCENARIO = Scenario(
    "throttle", "Throttles across workers", ("sqlite", "postgresql", "zeo", "file"), run
)
