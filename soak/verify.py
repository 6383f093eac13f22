"""Replay the ledger against the provider, through its public endpoints; then examine its database."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soak.deployment import Client, Deployment
from soak.ledger import read
from soak.person import Person, is_active
from soak.web import Answer

ALIVE, ENDED, UNSURE = "alive", "ended", "unsure"
THREADS = 4


@dataclass
class Known:
    """What must be true of one family."""

    number: int
    client: str
    user: str
    browser: str
    state: str = UNSURE
    access: list[str] = field(default_factory=list)
    refresh: list[str] = field(default_factory=list)
    code: dict[str, str] = field(default_factory=dict)
    answered: bool = False


@dataclass
class Asserted:
    """An assertion that was sent, and whether a token came for it."""

    client: str
    text: str
    expires: int
    answered: bool = False


class Account:
    """What the ledger says when it is read from its beginning to its end."""

    def __init__(self, path: Path) -> None:
        self.families: dict[int, Known] = {}
        self.passwords: dict[str, str] = {}
        self.unsure_passwords: set[str] = set()
        self.secrets: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.unsure_clients: set[str] = set()
        self.assertions: dict[int, Asserted] = {}
        for line in read(path):
            getattr(self, "_" + line["what"].replace(" ", "_"))(line, line["phase"] == "done")

    def _redeemed(self, line: dict[str, Any], done: bool) -> None:
        if not done:
            who = (line["client"], line["user"], line["browser"])
            known = Known(line["n"], *who, code=line["fields"])
            self.families[line["n"]] = known
            self.secrets[line["client"]] = line["secret"]
            return
        known = self.families[line["sent"]]
        known.state, known.answered = ALIVE, True
        known.access.append(line["access"])
        known.refresh.append(line["refresh"])

    def _refreshed(self, line: dict[str, Any], done: bool) -> None:
        known = self.families[line["family"]]
        if done:
            known.access.append(line["access"])
            known.refresh.append(line["refresh"])
            known.state = ALIVE
        elif known.state == ALIVE:
            known.state = UNSURE

    def _asserted(self, line: dict[str, Any], done: bool) -> None:
        if done:
            self.assertions[line["sent"]].answered = True
        else:
            sent = Asserted(line["client"], line["assertion"], line["expires"])
            self.assertions[line["n"]] = sent

    def _revoked(self, line: dict[str, Any], done: bool) -> None:
        self._end([self.families[line["family"]]], done)

    def _signed_out(self, line: dict[str, Any], done: bool) -> None:
        self._end([f for f in self.families.values() if f.browser == line["browser"]], done)

    def _withdrawn(self, line: dict[str, Any], done: bool) -> None:
        self._end([f for f in self._of(line["user"]) if f.client == line["client"]], done)

    def _password(self, line: dict[str, Any], done: bool) -> None:
        self._end(self._of(line["user"]), done)
        if done:
            self.passwords[line["user"]] = line["password"]
            self.unsure_passwords.discard(line["user"])
        else:
            self.unsure_passwords.add(line["user"])

    def _client_deleted(self, line: dict[str, Any], done: bool) -> None:
        self._end([f for f in self.families.values() if f.client == line["client"]], done)
        (self.deleted if done else self.unsure_clients).add(line["client"])

    def _disabled(self, line: dict[str, Any], done: bool) -> None:
        self._end(self._of(line["user"]), done)

    def _of(self, user: str) -> list[Known]:
        return [f for f in self.families.values() if f.user == user]

    @staticmethod
    def _end(families: list[Known], done: bool) -> None:
        for known in families:
            if known.state != ENDED:
                known.state = ENDED if done else UNSURE


def verify(place: Deployment, *, replay: bool = True) -> tuple[list[str], dict[str, object]]:
    """What is wrong, and how much was looked at. A replayed code ends what it bought: last."""
    account = Account(place.ledger.path)
    clients = {name: Client(name, secret) for name, secret in account.secrets.items()}
    families = account.families.values()
    wrong = _each(lambda known: _states(place, clients[known.client], known, account), families)
    wrong += _passwords(place, account)
    wrong += _each(lambda sent: _assertions(place, sent), account.assertions.values())
    if replay:
        wrong += _each(lambda known: _codes(place, clients[known.client], known, account), families)
    wrong += examined(place)
    counts = Counter(known.state for known in families)
    effects = sum(place.ledger.done_counts.values())
    seen = {"effects": effects, "families": dict(counts), "assertions": len(account.assertions)}
    return wrong, seen


def examined(place: Deployment) -> list[str]:
    """What ``oidc-pyramid verify`` says of the database, beside the server: the endpoints show what
    is asked for, and an index that leads nowhere may be found by nobody's question."""
    try:
        place.command("verify")
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        return [f"the database: {error}"]
    return []


def _each(look: Callable[[Any], list[str]], things: Iterable[Any]) -> list[str]:
    """Several at once: there may be thousands."""
    with ThreadPoolExecutor(THREADS) as pool:
        return [sentence for found in pool.map(look, things) for sentence in found]


def _states(place: Deployment, client: Client, known: Known, account: Account) -> list[str]:
    """A live family's newest token is good and the one before is not; an ended one's are none."""
    if known.state == UNSURE or not known.refresh:
        return []
    if known.client in account.deleted | account.unsure_clients:
        userinfo = _userinfo(place, known.access[-1])
        return [] if userinfo.status == 401 else [f"family {known.number} outlived its client"]
    patiently = Person(place, known.user).patiently
    newest = is_active(place, client, known.refresh[-1], patiently)
    older = any(is_active(place, client, token, patiently) for token in known.refresh[:-1][-2:])
    access = _userinfo(place, known.access[-1]).status == 200
    expected = known.state == ALIVE
    if (newest, older, access) == (expected, False, expected):
        return []
    found = f"newest {newest}, older {older}, access {access}"
    return [f"family {known.number} of {known.user} should be {known.state}: {found}"]


def _passwords(place: Deployment, account: Account) -> list[str]:
    """The newest acknowledged password signs in."""
    wrong = []
    for user, password in account.passwords.items():
        if user in account.unsure_passwords:
            continue
        try:
            Person(place, user, password).code(place.clients[0])
        except Exception as error:  # noqa: BLE001 - reported
            wrong.append(f"the password of {user} is not the one that was set: {error}")
    return wrong


def _codes(place: Deployment, client: Client, known: Known, account: Account) -> list[str]:
    """A code that bought something buys nothing more; one without an answer buys once at most."""
    if known.client in account.deleted:
        return []
    basic = client.basic

    def send() -> Answer:
        return place.ask("POST", "/token", known.code, headers=basic)

    answers = [asked(place, send) for _ in range(2)]
    good = known.answered + sum(answer.status == 200 for answer in answers)
    allowed = {200, 400} | ({401} if known.client in account.unsure_clients else set())
    strange = [a.status for a in answers if a.status not in allowed]
    if good <= 1 and not strange:
        return []
    return [f"code of family {known.number} was redeemed {good} times {strange or ''}"]


def _assertions(place: Deployment, sent: Asserted) -> list[str]:
    """One that was taken is not taken again; one without an answer is taken once at most."""
    if sent.expires < time.time() + 60:
        return []
    service = next(one for one in place.services if one.client_id == sent.client)
    answers = [asked(place, lambda: service.send(sent.text)) for _ in range(2)]
    good = sent.answered + sum(answer.status == 200 for answer in answers)
    strange = [a.status for a in answers if a.status not in {200, 400, 401}]
    if good <= 1 and not strange:
        return []
    return [f"an assertion of {sent.client} was taken {good} times {strange or ''}"]


def asked(place: Deployment, send: Callable[[], Answer]) -> Answer:
    """Nothing is broken any more, so there is an answer, but it may need a second try."""
    return Person(place, "nobody").patiently(send)


def _userinfo(place: Deployment, access: str) -> Answer:
    headers = {"Authorization": f"Bearer {access}"}
    return asked(place, lambda: place.ask("GET", "/userinfo", headers=headers))
