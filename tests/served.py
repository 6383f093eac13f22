"""The real thing: ``development.ini`` on a port of its own, served by pserve in a process of its own."""

import itertools
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.person import Person

INI = Path(__file__).parents[1] / "development.ini"
PATIENCE = 60
PASSWORD = "curiouser and curiouser"


@dataclass
class Served:
    """A provider that is up. Everybody may sign up, so that each test can have its own person."""

    issuer: str
    log: Path
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def person(self):
        """Somebody new, who is signed in nowhere."""
        username = f"person{next(self.numbers)}"
        person = Person(self.issuer, username, PASSWORD)
        person.sign_up(name=f"Person {username}", email=f"{username}@example.com")
        return Person(self.issuer, username, PASSWORD)


@contextmanager
def served(folder, **settings):
    """Init, then serve, until the block ends; ``settings`` are added to the ini file's."""
    port = free_port()
    issuer = f"http://localhost:{port}"
    (folder / "served.ini").write_text(configuration(port, settings))
    run(folder, "oidc_pyramid.scripts", "-c", "served.ini", "init")
    log = folder / "server.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "pyramid.scripts.pserve", "served.ini"]
        with subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=output, stderr=output
        ) as process:
            try:
                wait_for(port, process, log)
                yield Served(issuer, log)
            finally:
                process.terminate()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def configuration(port, settings):
    lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
    text = INI.read_text(encoding="utf-8").replace("6543", str(port))
    return text.replace("[app:main]\n", f"[app:main]\noidc.signup = true\n{lines}")


def environment():
    """The checkout is what is tested; warnings of others are no business of the server's log."""
    return {**os.environ, "PYTHONPATH": str(INI.parent), "PYTHONWARNINGS": "ignore"}


def run(folder, module, *arguments):
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def wait_for(port, process, log):
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")
