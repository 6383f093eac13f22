"""A provider under test: its ini file, its people and clients, its workers."""

from __future__ import annotations

import os
import random
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from oidc_pyramid.testing import RelyingParty
from soak.counting import RETRIES, STARTED, standing
from soak.ledger import Ledger
from soak.processes import Child, end, free_port, kill, start, wait_for, workers
from soak.storages import STORAGES, PostgreSQL, Storage
from soak.web import Answer, ask

if TYPE_CHECKING:
    from soak.service import Service

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "oidc_pyramid.service"
SETTINGS = {
    "oidc.signing_alg": "ES256",
    "oidc.signing_algs": "ES256",
    "oidc.registration": "open",
    "oidc.registration_scopes": "openid profile api",
    "oidc.scopes": "api",
    "oidc.throttle_account": "1000000",
    "oidc.throttle_address": "1000000",
    "oidc.throttle_secret": "1000000",
    "oidc.password_hash_memory": "8192",
    "oidc.password_hash_time": "1",
    "oidc.password_hash_concurrency": "8",
    # Longer than any run: what is refused afterwards is refused because it was used, and a refresh
    # that is repeated late is no reuse.
    "oidc.code_expire": "2h",
    "oidc.assertion_lifetime": "2h",
    "oidc.refresh_grace": "5m",
}
LIFETIME = 7000  # of an assertion, in seconds
INI = """\
[app:main]
use = egg:oidc_pyramid
{settings}

[loggers]
keys = root, upkeep

[handlers]
keys = console

[formatters]
keys = plain

[logger_root]
level = WARNING
handlers = console

[logger_upkeep]
level = INFO
handlers =
qualname = oidc_pyramid.upkeep

[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain

[formatter_plain]
format = %(asctime)s %(levelname)s [%(process)d] %(name)s: %(message)s
"""
REDIRECT = "https://rp.example/cb"
PASSWORD = "a long password 0"


@dataclass
class Client(RelyingParty):
    """A relying party that has registered itself."""

    redirect_uri: str = REDIRECT
    management: str = ""


@dataclass
class Deployment:
    """Started, stopped, killed and started again by the same command."""

    storage: Storage
    directory: Path
    workers_wanted: int
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    restarts: int = 0
    clients: list[Client] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    usernames: list[str] = field(default_factory=list)
    master: Child | None = None
    lenient: bool = False  # the storage may lose an acknowledgement: a 503 may have happened
    answers: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ini = self.directory / "soak.ini"
        self.log = self.directory / "server.log"
        self.retries = self.directory / "retries"
        self.retries.touch()
        self.started = self.directory / "started"
        self.started.touch()
        self.ledger = Ledger(self.directory / "ledger.jsonl")
        self.write_ini()

    def write_ini(self, **more: str) -> None:
        """The settings, and *more* of them."""
        self.settings |= more
        every = {
            **SETTINGS,
            "oidc.issuer": f"http://127.0.0.1:{self.port}",
            "oidc.hosts": f"127.0.0.1:{self.port}",
            "oidc.secret": f"file:{self.directory}/secret",
            "oidc.include": "soak.counting",
            RETRIES: str(self.retries),
            STARTED: str(self.started),
            "zodbconn.uri": self.storage.uri,
            **self.settings,
        }
        lines = "\n".join(f"{name} = {value}" for name, value in every.items())
        self.ini.write_text(INI.format(settings=lines))

    def found(self, people: int) -> None:
        """A database with people in it; in one process, whose start takes longer than they do."""
        self.usernames = [f"p{secrets.token_hex(5)}" for _ in range(people)]
        self.run(sys.executable, "-m", "soak.people", self.ini, PASSWORD, *self.usernames)

    def register(self, send: Callable[[Callable[[], Answer]], Answer] | None = None) -> Client:
        """A client that registers itself, and so can delete itself (RFC 7591, RFC 7592)."""
        document = {
            "redirect_uris": [REDIRECT],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "scope": "openid profile api",
        }

        told = self.registered(document, send)
        management = told["registration_access_token"]
        return Client(told["client_id"], told["client_secret"], management=management)

    def registered(
        self, document: object, send: Callable[[Callable[[], Answer]], Answer] | None = None
    ) -> dict[str, str]:
        """What the provider says of a client that registers itself."""

        def ask() -> Answer:
            return self.ask("POST", "/clients", document=document)

        answer = send(ask) if send else ask()
        if answer.status != 201:
            raise RuntimeError(f"{answer.status} {answer.body!r}")
        told: dict[str, str] = answer.json
        return told

    def command(self, *arguments: str) -> None:
        """``oidc-pyramid``."""
        self.run(sys.executable, "-m", "oidc_pyramid.scripts", "-c", self.ini, *arguments)

    def run(self, *command: object) -> None:
        """A process of its own that must succeed."""
        whole = [str(part) for part in command]
        done = subprocess.run(
            whole, env=self.variables(), capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode:
            said = (
                f"{done.stdout}{done.stderr}"  # verify says its problems on the one, others on both
            )
            raise RuntimeError(f"{' '.join(whole[2:])} ended with {done.returncode}: {said}")

    def variables(self) -> dict[str, str]:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        templates = self.directory.parent / "templates"
        templates.mkdir(exist_ok=True)
        compiled = os.environ.get("CHAMELEON_CACHE", str(templates))
        return {**os.environ, "PYTHONPATH": path, "CHAMELEON_CACHE": compiled}

    def start(self) -> None:
        """The command of deploy/: gunicorn with its configuration there."""
        folder = ROOT / "deploy"
        command = (
            *(sys.executable, "-m", "gunicorn", "-c", folder / "gunicorn.conf.py"),
            *("--chdir", folder, "wsgi:application"),
        )
        environment = {
            **self.variables(),
            "OIDC_PYRAMID_INI": str(self.ini),
            "OIDC_PYRAMID_BIND": f"127.0.0.1:{self.port}",
            "WEB_CONCURRENCY": str(self.workers_wanted if self.storage.several else 1),
        }
        self.master = start(command, self.log, env=environment)

    def stop(self) -> None:
        """As systemd does it."""
        end(self.master, seconds=40)

    def look_after(self) -> None:
        """What the unit in deploy/ has systemd do: the same command again, a second after the
        master has gone."""
        if self.master is None or self.master.poll() is not None:
            if self.master is not None:
                self.restarts += 1
                time.sleep(restart_after())
            self.start()

    def ready(self, seconds: float = 60) -> float:
        """The seconds until it answers; raises when it does not."""
        began = time.monotonic()

        def answers() -> bool:
            self.look_after()
            return self.ask("GET", "/jwks", timeout=2).status == 200

        if not wait_for(answers, seconds):
            raise RuntimeError(f"no answer in {seconds} s:\n{self.log.read_text()[-3000:]}")
        return time.monotonic() - began

    def kill_one(self) -> None:
        """A worker, whichever; the master has noticed."""
        found = workers(self.pid())
        if found:
            chosen = random.choice(found)
            kill(chosen)
            wait_for(lambda: chosen not in workers(self.pid()), 5)

    def complete(self, seconds: float = 60) -> float:
        """The seconds until each worker that is wanted has opened the application."""
        began, wanted = time.monotonic(), self.workers_wanted if self.storage.several else 1
        wait_for(lambda: len(standing(self.started) & set(workers(self.pid()))) >= wanted, seconds)
        return time.monotonic() - began

    def kill_all(self) -> None:
        """The master and every worker."""
        kill(self.pid(), *workers(self.pid()))
        if self.master is not None:
            self.master.wait()

    def pid(self) -> int:
        """Of the master."""
        if self.master is None:
            raise RuntimeError("it does not run")
        return self.master.pid

    def ask(self, method: str, path: str, fields: object = None, **options: object) -> Answer:
        """A request to it."""
        return ask(self.port, method, path, fields, **options)  # type: ignore[arg-type]

    def count(self, answer: Answer) -> None:
        """Every answer to the load; the only failure of ours that may be seen is a proper 503."""
        self.answers[answer.status] += 1
        if answer.status >= 500 and not answer.busy:
            self.wrong.append(f"{answer.status} {dict(answer.headers)} {answer.body[:100]!r}")

    def conflicts(self) -> int:
        """How many attempts were made again so far."""
        return self.retries.stat().st_size

    def unexpected(self) -> list[str]:
        """The lines of its log that name a defect."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return [line for line in lines if is_defect(line)]


def is_defect(line: str) -> bool:
    """A line of the log that must never be there."""
    ours = "oidc_pyramid" in line  # PostgreSQL's last words are in the log, too
    return ours and (" unexpected " in line or "page of an error" in line)


def restart_after() -> float:
    """``RestartSec`` of the unit that we ship."""
    found = re.search(r"^RestartSec=(\d+)$", UNIT.read_text(), re.MULTILINE)
    if found is None:
        raise ValueError(f"{UNIT.name} has no RestartSec any more")
    return float(found[1])


def _warm(place: Deployment) -> None:
    """Each worker has compiled its pages before anything is measured."""
    from soak.person import Person

    def walk(number: int) -> None:
        Person(place, place.usernames[number % len(place.usernames)]).flow(place.clients[0])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(walk, range(4 * place.workers_wanted)))


@contextmanager
def deployed(
    name: str,
    directory: Path,
    *,
    workers_wanted: int = 2,
    people: int = 12,
    clients: int = 2,
    settings: dict[str, str] | None = None,
    disk: Path | None = None,
    warm: bool = True,
    lifetime: int = LIFETIME,
) -> Iterator[Deployment]:
    """On that storage (on that disk), founded, started, and gone with the block."""
    from soak.service import Service

    directory.mkdir(parents=True, exist_ok=True)
    storage = STORAGES[name](disk or directory)
    storage.start()
    made = Deployment(storage, directory, workers_wanted, dict(settings or {}))
    try:
        made.found(people)
        made.start()
        made.ready()
        made.clients = [made.register() for _ in range(clients)]
        made.services = [Service.registered(made, lifetime) for _ in range(clients)]
        if warm:
            _warm(made)
        yield made
    finally:
        made.stop()
        made.ledger.close()
        storage.stop()
        if isinstance(storage, PostgreSQL):
            storage.remove()
