"""The sentences in which `make serve` ends when it can't go on."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


def port_free(tmp_path, listen):
    ini = tmp_path / "some.ini"
    ini.write_text(f"[app:main]\n[server:main]\nlisten = {listen}\n")
    command = [sys.executable, str(TOOLS / "port_free.py"), str(ini)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_ends_in_one_sentence(tmp_path, listener):
    done = port_free(tmp_path, f"localhost:{listener}")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {listener} on localhost is in use")
    assert len(done.stderr.splitlines()) == 1


def test_a_free_port_is_silent(tmp_path, listener):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = port_free(tmp_path, f"127.0.0.1:{port}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "log,sentence",
    [
        ("error: command 'gcc' failed: No such file or directory", "needs a C compiler"),
        ("error: command '/usr/bin/gcc' failed with exit code 1", "needs a C compiler"),
        ("  error: package directory 'x' does not exist", "package directory 'x' does not exist"),
        ("fatal error: Python.h: No such file", "needs a C compiler"),
        ("NewConnectionError: failed to establish", "could not be reached"),
        ("blah\nERROR: No matching distribution found for x\n", "No matching distribution"),
        ("", "no reason"),
    ],
)
def test_a_failed_installation_names_its_cause(log, sentence):
    code = f"import install; print(install.reason({log!r}))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=True)
    assert sentence in done.stdout


def made(tmp_path, port):
    """What `make serve PORT=...` needs first."""
    ini = f"var/port-{port}/development.ini"
    command = ["make", "--no-print-directory", f"PORT={port}", ini]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    return tmp_path / ini, done


@pytest.fixture
def checkout(tmp_path):
    for name in ("Makefile", "development.ini"):
        shutil.copy(TOOLS.parent / name, tmp_path)
    return tmp_path


def test_the_ini_of_another_port_is_made_once(checkout):
    ini, done = made(checkout, "7123")
    assert done.returncode == 0
    assert "7123" in ini.read_text()
    ini.write_text("edited")
    (checkout / "development.ini").touch()
    made(checkout, "7123")
    assert ini.read_text() == "edited"


@pytest.mark.parametrize("port", ["abc", "99999", "80", "123456", "-7000"])
def test_what_is_no_port_is_told_and_leaves_nothing(checkout, port):
    _, done = made(checkout, port)
    assert done.returncode != 0
    assert "take a number from 1024 to 65535" in done.stderr
    assert not (checkout / "var").exists()
