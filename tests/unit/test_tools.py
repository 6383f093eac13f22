"""The sentences in which `make serve` ends when it can't go on."""

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
