"""A provider on one storage: in this process, and by HTTP or the command line in others."""

import json
import secrets
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from transaction import TransactionManager
from transaction.interfaces import NoTransaction

from oidc_pyramid.testing import (
    SETTINGS,
    TestProvider,
    answer_of,
    authorize,
    make_provider,
    pkce,
)
from soak.processes import wait_for
from tests.commands import oidc

FAST = {
    "oidc.signing_alg": "ES256",
    "oidc.signing_algs": "ES256",
    "oidc.retry_attempts": "20",
    "oidc.signup": "true",
    "oidc.registration": "open",
    "oidc.client_auth": "none client_secret_basic client_secret_post private_key_jwt",
    "oidc.throttle_account": "5",
    "oidc.throttle_address": "1000000",
    "oidc.password_hash_concurrency": "8",
}
INI = """\
[app:main]
use = egg:oidc_pyramid
{settings}

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
threads = 4
"""


class Gate:
    """Holds the first attempt of a request when it has decided and is about to commit."""

    KEY = "test.gate"

    def __init__(self):
        self.reached = threading.Event()
        self.opened = threading.Event()


def gated_manager(request):
    """A transaction manager for ``tm.manager_hook``."""
    manager = TransactionManager(explicit=True)
    gate = request.environ.get(Gate.KEY)
    if gate is not None and request.environ.get("retry.attempt", 0) == 0:
        commit = manager.commit

        def wait_and_commit():
            gate.reached.set()
            assert gate.opened.wait(30)
            commit()

        manager.commit = wait_and_commit
    return manager


@dataclass
class Place:
    """One database; ``op`` serves it in this process."""

    name: str
    uri: str
    directory: Path
    jwk: dict
    more: dict = field(default_factory=dict)
    settings: dict = field(init=False)
    op: TestProvider = field(init=False)
    port: int = 0

    def __post_init__(self):
        self.settings = {**SETTINGS, **FAST, **self.more, "zodbconn.uri": self.uri}
        held = {**self.settings, "tm.manager_hook": gated_manager}
        self.op = make_provider(keys=[self.jwk], **held)

    def close(self):
        """ZODB stumbles over a connection that it could not open when the storage was gone."""
        try:
            self.op.db.close()
        except NoTransaction:
            self.op.db.storage.close()

    def ini(self, port=6543):
        """The same deployment for other processes."""
        lines = "\n".join(f"{key} = {value}" for key, value in self.settings.items())
        path = self.directory / f"{self.name}.ini"
        path.write_text(INI.format(settings=lines.replace("%", "%%"), port=port))
        return path

    def command(self, *arguments, typed=""):
        """The command line, in a process of its own."""
        oidc(self.ini(), *arguments, typed=typed).check_returncode()

    def client(self, **metadata):
        """A new client."""
        rp = self.op.add_client(f"rp-{secrets.token_hex(4)}", secret="a secret", **metadata)
        rp.scope = "openid profile"
        return rp

    def person(self):
        """A new person, with a browser of their own."""
        person = Person(self, f"p{secrets.token_hex(6)}")
        person.id = self.op.add_user(person.username, person.password, name="Alice")
        return person

    def person_named(self, username, password):
        """Somebody who is there already, at a new browser."""
        return Person(self, username, password=password)

    def token(self, rp, *, status=(200,), environ=None, **fields):
        """A token request in this process."""
        browser = self.op.browser()
        browser.extra_environ.update(environ or {})
        response = browser.post("/token", fields, headers=rp.basic, status="*")
        assert response.status_int in status, response.text
        return response.json

    def elsewhere(self, rp, path="token", **fields):
        """The status and the answer of a request to the other process."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}",
            data=urlencode(fields).encode(),
            headers={**rp.basic, "Host": urlsplit(self.op.issuer).netloc},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                body = response.read()
                return response.status, json.loads(body or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def authorizations_of(self, rp):
        """All authorizations of a client, as the database has them."""
        with self.op.provider() as provider:
            tree = provider.authorizations.tree()
            return [
                {"id": a.id, "active": a.active, "reason": a.ended_reason}
                for _, a in tree.items()
                if a.client_id == rp.client_id
            ]


@dataclass
class Person:
    """Somebody at a browser."""

    place: Place
    username: str
    id: str = ""
    password: str = "wonderland"

    def __post_init__(self):
        self.browser = self.place.op.browser()

    def code(self, rp, **more):
        """A code, and the verifier that redeems it."""
        verifier, challenge = pkce()
        asked = {"code_challenge": challenge, "code_challenge_method": "S256", **more}
        response = authorize(self.place.op, self.browser, rp, self.username, self.password, **asked)
        return {
            "grant_type": "authorization_code",
            "code": answer_of(response)["code"],
            "redirect_uri": rp.redirect_uri,
            "code_verifier": verifier,
        }

    def tokens(self, rp, **more):
        """A whole code flow."""
        return self.place.token(rp, **self.code(rp, **more))


def refresh(tokens):
    """The fields of a refresh."""
    return {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}


def interleave(slow, fast):
    """Let *slow* decide, then *fast* happen, then *slow* commit; both results.

    ``slow(environ)`` makes one request with that environ.
    """
    gate = Gate()
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(slow, {Gate.KEY: gate})
        try:
            assert wait_for(lambda: gate.reached.is_set() or late.done())
            assert gate.reached.is_set(), late.result()
            quick = fast()
        finally:
            gate.opened.set()
        return late.result(60), quick


def together(*works):
    """Run all at once; their results in order."""
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works, timeout=60))
