"""The command line, each call in a process of its own, without a second of imports each time.

A server imports what the commands need and forks for each call, which brings its arguments, its
folder, its environment and its three files. `python commands.py SOCKET ...` is such a call.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVE = "serve"
STORAGES = (
    "psycopg2",
    "relstorage.adapters.postgresql",
    "relstorage.adapters.postgresql.drivers.psycopg2",
    "relstorage.adapters.sqlite",
    "relstorage.adapters.sqlite.drivers",
    "zodburi",
    "ZEO.ClientStorage",
    "ZODB.FileStorage",
)


def oidc(ini, *arguments, cwd=None, env=None, typed="", timeout=120):
    """``oidc-pyramid -c INI ARGUMENTS``: what `subprocess.run` would answer."""
    command = ("-c", str(ini), *map(str, arguments))
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        given.write(typed)
        given.flush()
        given.seek(0)
        code = call(address(), command, cwd, env, [given, out, err], timeout)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, code, out.read(), err.read())


def call(where, arguments, cwd, env, files, timeout=None):
    """The exit status of one call."""
    job = {
        "arguments": arguments,
        "cwd": str(cwd or Path.cwd()),
        "env": dict(os.environ if env is None else env),
    }
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(timeout)
        line.connect(where)
        socket.send_fds(line, [b"+"], [file.fileno() for file in files])
        line.sendall(json.dumps(job).encode())
        line.shutdown(socket.SHUT_WR)
        return int(line.makefile().read())


@functools.cache
def address():
    """Where this process's server listens; it ends with us, however we end."""
    folder = tempfile.mkdtemp(prefix="oidc-commands-")
    where = f"{folder}/socket"
    server = subprocess.Popen(
        (sys.executable, __file__, SERVE, where),
        stdin=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
    )

    def end():
        server.communicate()
        shutil.rmtree(folder)

    atexit.register(end)
    deadline = time.monotonic() + 60
    while not Path(where).exists():
        assert server.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return where


def serve(where):
    """Fork for each call until standard input ends; returns in the forked process, with the
    arguments of its call."""
    imported()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{where}.new")
    listener.listen()
    Path(f"{where}.new").rename(where)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            sys.exit()
        line, _ = listener.accept()
        with line:
            if os.fork() == 0:
                listener.close()
                return answer(line)


def imported():
    """What commands import, and what the garbage collector need not look at."""
    scripts = importlib.import_module("oidc_pyramid.scripts").__path__
    for module in pkgutil.iter_modules(scripts, "oidc_pyramid.scripts."):
        if module.name != "oidc_pyramid.scripts.__main__":
            importlib.import_module(module.name)
    for name in STORAGES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def answer(line):
    """Fork once more: one waits and says how the other has ended."""
    _, files, _, _ = socket.recv_fds(line, 1, 3)
    job = json.loads(line.makefile().read())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["env"])
    return job["arguments"]


def main(role, *arguments):
    if role != SERVE:
        files = [sys.stdin, sys.stdout, sys.stderr]
        sys.exit(call(role, arguments, None, None, files))
    arguments = serve(*arguments)
    importlib.import_module("oidc_pyramid.scripts").main(arguments, prog_name="oidc-pyramid")


if __name__ == "__main__":
    main(*sys.argv[1:])
