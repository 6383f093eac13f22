"""What is kept of each thing: ``python benchmarks/sizes.py``.

Real flows against a provider on SQLite; the records that each kind adds, in bytes of pickle, and what
the database file grows by. What expires is swept later: docs/explanation/capacity.md does the sums.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.users import User
from oidc_pyramid.storage.copying import Tally, moment, walked
from oidc_pyramid.testing import TestProvider, code_flow, make_provider, sign_in, token_request

HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIDE2$" + "x" * 43
CHEAP = {
    "oidc.signing_alg": "ES256",
    "oidc.signing_algs": "ES256",
    "oidc.password_hash_memory": "8192",
    "oidc.password_hash_time": "1",
    "oidc.throttle_address": "1000000",
}


class Scale:
    """Weighs the database before and after."""

    def __init__(self, op: TestProvider, directory: Path, number: int) -> None:
        self._op, self._file, self._number = op, directory / "main.sqlite3", number

    def weigh(self, what: str, work: Callable[[], object]) -> str:
        """A row of the table: what one more of it adds."""
        before, size = self._now()
        work()
        after, grown = self._now()
        objects = (after.objects - before.objects) / self._number
        record = (after.size - before.size) / self._number
        return f"| {what} | {objects:.1f} | {record:.0f} | {(grown - size) / self._number:.0f} |"

    def _now(self) -> tuple[Tally, int]:
        with moment(self._op.db) as storage:
            tally = walked(storage)
        with closing(sqlite3.connect(self._file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return tally, self._file.stat().st_size


def people(op: TestProvider, number: int) -> None:
    """As sign-up makes them."""
    now = int(time.time())
    for start in range(0, number, 100):
        with op.provider() as provider:
            for index in range(start, min(start + 100, number)):
                person = User(f"person{index}", now=now, name=f"Person {index}")
                person.update({"email": f"person{index}@mail.test"}, now=now)
                person.password_hash = HASH
                provider.users.add(person)


def clients(op: TestProvider, number: int) -> None:
    """With what most register."""
    with op.provider() as provider:
        for index in range(number):
            client = Client(
                f"c-{index:032x}",
                now=int(time.time()),
                client_name=f"Application {index}",
                redirect_uris=(f"https://app{index}.test/callback",),
                scope=("openid", "profile", "email"),
            )
            client.set_secret("a secret")
            provider.clients.add(client)


def rows(op: TestProvider, directory: Path, number: int) -> list[str]:
    """The table."""
    scale = Scale(op, directory, number)
    first, second = op.add_client("first"), op.add_client("second")
    first.scope = second.scope = "openid profile email offline_access"
    hashed = op.runtime.passwords.hash("wonderland")
    browsers = [op.browser() for _ in range(number)]
    tokens: list[dict[str, str]] = []

    def sign_in_all() -> None:
        for index, browser in enumerate(browsers):
            sign_in(browser, browser.get("/account", status=303), f"person{index}", "wonderland")

    def flows(client: object) -> None:
        tokens.extend(code_flow(op, browser, client) for browser in browsers)

    def refresh_all() -> None:
        for browser, one in zip(browsers, tokens, strict=False):
            fields = {"grant_type": "refresh_token", "refresh_token": one["refresh_token"]}
            token_request(browser, first, **fields)

    made = [scale.weigh("a person", lambda: people(op, number))]
    with op.provider() as provider:
        for index in range(number):
            provider.users.by_username(f"person{index}").password_hash = hashed
    made += [
        scale.weigh("a client", lambda: clients(op, number)),
        scale.weigh("a session (one sign-in at one browser)", sign_in_all),
        scale.weigh("a grant, and the first code flow under it", lambda: flows(first)),
        scale.weigh("one more code flow", lambda: flows(first)),
        scale.weigh("a refresh", refresh_all),
    ]
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=400, help="of each thing")
    number = parser.parse_args().number
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "db"
        op = make_provider(**{**CHEAP, "zodbconn.uri": f"sqlite://{directory}"})
        lines = rows(op, directory, number)
        with moment(op.db) as storage:
            everything = walked(storage)
        op.db.close()
    sys.stdout.write(
        "| one more | objects | bytes of records | bytes of SQLite |\n|---|--:|--:|--:|\n"
    )
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.write(f"\n{everything}\n")


if __name__ == "__main__":
    main()
