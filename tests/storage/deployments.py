"""What lies in deploy/, started as the documentation says: several workers on one database."""

import json
import os
import shutil
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from soak.processes import wait_for
from tests.commands import oidc
from tests.person import Person
from tests.storage.servers import accepts, process

ROOT = Path(__file__).parents[2]
PASSWORD = "curiouser and curiouser"
CALLBACK = "https://rp.example/cb"
AT_ONCE = 8
WORKER = "X-Worker"
NAMED = f"""\
import os

from wsgi import application as provider


def application(environ, start_response):
    def start(status, headers, *more):
        return start_response(status, [*headers, ("{WORKER}", str(os.getpid()))], *more)

    return provider(environ, start)
"""

SERVERS = {
    "gunicorn": ("-m", "gunicorn", "-c", "gunicorn.conf.py", "named:application"),
    "granian": ("-m", "granian", "--interface", "wsgi", "--workers", "2", "named:application"),
    "pserve": ("-m", "pyramid.scripts.pserve", "provider.ini"),
    "pserve, workers": ("-m", "pyramid.scripts.pserve", "workers.ini"),
}
INIS = {"sqlite": "production.ini", "postgresql": "deploy/postgresql.ini", "zeo": "deploy/zeo.ini"}
WORKERS = {"gunicorn": 2, "granian": 2, "pserve": 1, "pserve, workers": 2}
SAYS_WHO = f"""\
import os

from pyramid.events import NewResponse


def includeme(config):
    def say(event):
        event.response.headers["{WORKER}"] = str(os.getpid())

    config.add_subscriber(say, NewResponse)
"""


@dataclass
class Site:
    """A deployment that is up."""

    folder: Path
    port: int
    workers: int
    issuer: str
    log: Path
    environment: dict = field(default_factory=dict)

    def oidc(self, *arguments, typed=""):
        """The command line beside the running server."""
        done = oidc("provider.ini", *arguments, cwd=self.folder, env=self.environment, typed=typed)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def post(self, path, auth=None, **fields):
        """A request on a connection of its own: the kernel chooses the worker."""
        headers = {"Connection": "close"}
        address = f"http://127.0.0.1:{self.port}{path}"
        headers["Host"] = urlsplit(self.issuer).netloc
        return requests.post(address, fields, headers=headers, auth=auth, timeout=30)

    def get(self, path, **headers):
        headers = {**headers, "Connection": "close", "Host": urlsplit(self.issuer).netloc}
        return requests.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=30)

    def together(self, *works):
        """Their answers; all are under way at once."""
        with ThreadPoolExecutor(len(works)) as pool:
            return [one.result() for one in [pool.submit(work) for work in works]]

    def by_every_worker(self, ask):
        """The answers to *ask*, when each worker has given some."""
        answers, until = [], time.monotonic() + 60
        while len({answer.headers.get(WORKER) for answer in answers}) < self.workers:
            assert time.monotonic() < until, "a worker gets nothing to do"
            answers += self.together(*[ask] * AT_ONCE)
        return answers

    def person(self, username):
        """Somebody who can sign in, at a new browser."""
        self.oidc("user", "add", username, "--password-stdin", typed=f"{PASSWORD}\n")
        return Person(self.issuer, username, PASSWORD)

    def client(self, client_id, *options):
        """A client with a secret: name and secret for ``auth``."""
        made = self.oidc(
            *("client", "add", "--client-id", client_id, "--redirect-uri", CALLBACK, "--json"),
            *("--scope", "openid profile offline_access", "--skip-consent"),
            *("--grant-type", "authorization_code", "--grant-type", "refresh_token"),
            *("--grant-type", "client_credentials", *options),
        )
        return client_id, json.loads(made).get("client_secret", "")

    def code(self, person, client):
        """One more code; the person signs in the first time."""
        asked = {
            "client_id": client[0],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile",
            "state": "s",
        }
        address = person.go(f"{self.issuer}/authorize?{urlencode(asked)}")
        code = dict(parse_qsl(urlsplit(address).query))["code"]
        return {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}

    def tokens(self, person, client):
        """A whole code flow."""
        answer = self.post("/token", client, **self.code(person, client))
        assert answer.status_code == 200, answer.text
        return answer.json()


def kid_of(token):
    """Which key has signed."""
    head = token.partition(".")[0]
    return json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def prepare(folder, kind, port, postgresql_conf=None):
    """Copy what the documentation says to copy, and edit what it says to edit."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("wsgi.py", "gunicorn.conf.py", "zeo.conf", "zodb-postgresql.conf"):
        shutil.copy(ROOT / "deploy" / name, folder)
    (folder / "named.py").write_text(NAMED)  # deploy/wsgi.py, and who has answered
    for name in ("etc", "lib", "run"):
        (folder / name).mkdir(mode=0o700)
    text = (ROOT / INIS[kind]).read_text(encoding="utf-8")
    issuer = f"http://localhost:{port}"
    text = text.replace("https://id.example.com", issuer)
    text = text.replace("127.0.0.1:6543", f"127.0.0.1:{port}")
    text = text.replace("/etc/oidc_pyramid/zodb", f"{folder}/zodb")
    text, remark, rest = text.partition("# Several worker processes:")
    for name in ("trusted_proxy", "clear_untrusted_proxy_headers"):
        text = text.replace(f"# {name}", name)
    text += remark + rest
    (folder / "provider.ini").write_text(placed(text, folder), encoding="utf-8")
    if kind == "sqlite":
        (folder / "says_who.py").write_text(SAYS_WHO)
        workers = with_workers(placed(text, folder), port)
        (folder / "workers.ini").write_text(workers, encoding="utf-8")
    conf = (folder / "zeo.conf").read_text(encoding="utf-8")
    (folder / "zeo.conf").write_text(placed(conf, folder), encoding="utf-8")
    if postgresql_conf is not None:
        conf = (folder / "zodb-postgresql.conf").read_text(encoding="utf-8")
        (folder / "zodb-postgresql.conf").write_text(postgresql_conf(conf), encoding="utf-8")
    return issuer


def with_workers(text, port):
    """What the remark in the ini file says about several worker processes."""
    before, _, rest = text.partition("[server:main]\n")
    _, remark, rest = rest.partition("# Several worker processes:")
    lines, _, after = rest.partition("\n\n")
    told = [line.removeprefix("# ") for line in lines.splitlines()[1:]]
    assert remark
    assert f"listen = 127.0.0.1:{port}" in told
    server = "\n".join(("[server:main]", *told))
    include = "[app:main]\noidc.include = says_who\n"
    return before.replace("[app:main]\n", include) + server + "\n\n" + after


def placed(text, folder):
    """The folders of a machine, below one that is ours."""
    for theirs, ours in (
        ("/etc/oidc_pyramid", "etc"),
        ("/var/lib/oidc_pyramid", "lib"),
        ("/run/oidc_pyramid", "run"),
    ):
        text = text.replace(theirs, f"{folder}/{ours}")
    return text


@contextmanager
def zeo_server(folder):
    """``runzeo -C zeo.conf``."""
    command = (sys.executable, "-m", "ZEO.runzeo", "-C", "zeo.conf")
    with process(*command, cwd=folder, env={**os.environ, "INSTANCE_HOME": str(folder)}):
        assert wait_for(lambda: accepts(folder / "run/zeo.sock")), "runzeo does not listen"
        yield


@contextmanager
def serving(folder, server, port, issuer):
    """``init``, then the server with its workers, until the block ends."""
    log = folder / "server.log"
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
        "PYTHONWARNINGS": "ignore",
        "OIDC_PYRAMID_INI": "provider.ini",
        "OIDC_PYRAMID_BIND": f"127.0.0.1:{port}",
        "OIDC_DB_PASSWORD": "not asked for",
        "WEB_CONCURRENCY": "2",
        "GRANIAN_HOST": "127.0.0.1",
        "GRANIAN_PORT": str(port),
    }
    site = Site(folder, port, WORKERS[server], issuer, log, environment)
    site.oidc("init")
    command = (sys.executable, *SERVERS[server])
    with log.open("wb") as output, started(command, folder, environment, output) as child:

        def up():
            assert child.poll() is None, log.read_text()
            try:
                return site.get("/jwks").status_code == 200
            except requests.ConnectionError:
                return False

        assert wait_for(up, 60), log.read_text()
        yield site


@contextmanager
def started(command, folder, environment, output):
    """A child, ended with the block."""
    child = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
