"""``pshell`` has the provider at hand."""

import subprocess
import sys

from oidc_pyramid.models.provider import SCHEMA

PSHELL = "import sys; from pyramid.scripts.pshell import main; main()"


def pshell(terminal, *lines):
    terminal.write(
        terminal.ini.read_text() + "[pshell]\nsetup = oidc_pyramid.scripts.shell.setup\n"
    )
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PSHELL, "--python", "python", str(terminal.ini)],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout


def test_provider_users_and_clients(terminal):
    shown = pshell(
        terminal,
        "print(users.by_username('alice').name, clients['demo'].name, provider.schema)",
        "users.by_username('alice').nickname = 'Al'",
    )
    assert f"Alice Liddell Demonstration client {SCHEMA}" in shown
    assert terminal.json("user", "show", "alice")["nickname"] == "Alice"


def test_commit(terminal):
    pshell(terminal, "users.by_username('alice').nickname = 'Al'", "commit()")
    assert terminal.json("user", "show", "alice")["nickname"] == "Al"
