"""The clock jumps: nothing breaks, nothing lives longer than it may, what ended stays ended."""

from __future__ import annotations

from pathlib import Path

from soak.clock import Clock
from soak.deployment import Client, Deployment, deployed
from soak.outcome import Outcome, Scale, Scenario
from soak.person import Broken, Family, Person, is_active, redemption
from soak.verify import examined
from soak.web import Answer

HOUR, YEAR = 3600, 365 * 86400
JUMPS = (HOUR, 0, -HOUR, 0, YEAR, 0, -YEAR, 0, 13 * YEAR, 0)


def run(storage: str, directory: Path, scale: Scale) -> Outcome:
    """An hour, a year, beyond 2038, and each time back."""
    outcome = Outcome()
    directory.mkdir(parents=True, exist_ok=True)
    clock = Clock(directory)
    jumps = JUMPS[:6] if scale.name == "short" else JUMPS
    with deployed(
        storage,
        directory,
        workers_wanted=scale.workers,
        people=2,
        settings=clock.settings | {"oidc.code_expire": "60s"},
    ) as place:
        client = place.clients[0]
        revoked = _revoked(place, client)
        off = 0
        for jump in jumps:
            _jump(outcome, place, clock, off, jump)
            outcome.demand(not is_active(place, client, revoked.refresh), "a revoked token lives")
            off = jump
        outcome.broken += examined(place)
        outcome.broken += place.wrong + place.unexpected()
    outcome.figures = {"jumps": len(jumps)}
    return outcome


def _revoked(place: Deployment, client: Client) -> Family:
    person = Person(place, place.usernames[1])
    family = person.flow(client)
    person.revoke(family)
    return family


def _jump(outcome: Outcome, place: Deployment, clock: Clock, off: int, to: int) -> None:
    """What was there before the jump, and a new flow after it."""
    person = Person(place, place.usernames[0])
    client = place.clients[0]
    family = person.flow(client)
    code, verifier = person.code(client)
    clock.set(to)
    forward = to - off
    access, refresh = _userinfo(place, family), _refreshed(place, family)
    redeemed = place.ask("POST", "/token", redemption(code, verifier), headers=client.basic)
    for answer in (access, refresh, redeemed):
        place.count(answer)
        outcome.demand(answer.status in {200, 400, 401}, f"{to:+d}: answered {answer.status}")
    if forward >= HOUR:
        outcome.demand(access.status == 401, f"{to:+d}: an access token outlived its hour")
        outcome.demand(redeemed.status == 400, f"{to:+d}: a code outlived its minute")
    if forward >= YEAR:
        outcome.demand(refresh.status == 400, f"{to:+d}: a refresh token outlived its month")
    try:
        after = Person(place, place.usernames[0])
        after.userinfo(after.flow(client))
    except Broken as error:
        outcome.demand(False, f"{to:+d}: no new flow: {error}")


def _userinfo(place: Deployment, family: Family) -> Answer:
    headers = {"Authorization": f"Bearer {family.access}"}
    return place.ask("GET", "/userinfo", headers=headers)


def _refreshed(place: Deployment, family: Family) -> Answer:
    fields = {"grant_type": "refresh_token", "refresh_token": family.refresh}
    return place.ask("POST", "/token", fields, headers=family.client.basic)


SCENARIO = Scenario("clock", "Clock jumps", ("sqlite", "postgresql", "zeo", "file"), run)
