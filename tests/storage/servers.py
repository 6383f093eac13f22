"""Servers that storage tests start for themselves: ZEO, PostgreSQL, and further processes of ours."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from soak.processes import wait_for

INSTALL_POSTGRESQL = "install PostgreSQL (Debian: apt install postgresql) to run these tests"


@contextmanager
def process(*command, user=None, stop=signal.SIGTERM, **options):
    """A child that is ended with the block, and ends by itself when the tests are killed."""
    child = subprocess.Popen(
        (*_tied_to_us(user, stop), *command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    try:
        yield child
    finally:
        child.send_signal(stop)
        with suppress(subprocess.TimeoutExpired):
            child.communicate(timeout=10)
        if child.poll() is None:
            child.kill()
            child.communicate()


def _tied_to_us(user, stop):
    """Linux can end a child with its parent; elsewhere a killed test run leaves its servers."""
    if shutil.which("setpriv") is None:
        return () if user is None else ("su", user, "-s", "/bin/sh", "-c", 'exec "$0" "$@"', "--")
    who = () if user is None else (f"--reuid={user}", f"--regid={user}", "--clear-groups")
    return ("setpriv", f"--pdeathsig={stop.name.removeprefix('SIG')}", *who, "--")


def accepts(path):
    """Whether somebody listens at this unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


@contextmanager
def zeo(directory):
    """ZEO's own server on a unix socket in *directory*; yields the socket's path."""
    path = directory / "zeo.sock"
    command = (sys.executable, "-m", "ZEO.runzeo", "-a", path, "-f", directory / "Data.fs")
    with process(*command, cwd=directory, env={**os.environ, "INSTANCE_HOME": str(directory)}):
        assert wait_for(lambda: accepts(path)), "runzeo does not listen"
        yield path


def postgresql_programs():
    """The folder with initdb and pg_ctl: Debian keeps it out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@contextmanager
def postgresql():
    """A PostgreSQL of our own, on a unix socket in a temporary folder; yields the folder."""
    programs = postgresql_programs()
    folder = Path(tempfile.mkdtemp(prefix="oidc-pg-"))
    user = None
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        user = owner.pw_name
    data = ("-D", folder / "data")
    made = (programs / "initdb", *data, "-A", "trust", "-U", "oidc", "--no-sync", "-E", "UTF8")
    with process(*made, user=user, cwd=folder) as child:
        said, _ = child.communicate(timeout=60)
        assert child.returncode == 0, said
    options = ("-c", "listen_addresses=", "-c", "max_connections=60", "-c", "shared_buffers=16MB")
    server = (programs / "postgres", *data, "-k", folder, *options, "-c", "logging_collector=on")
    with process(*server, user=user, stop=signal.SIGINT, cwd=folder):
        ready = (programs / "pg_isready", "-q", "-h", folder)
        assert wait_for(lambda: subprocess.call(ready) == 0), "PostgreSQL does not listen"
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


POSTGRESQL_CONF = """\
%import relstorage
<zodb main>
  <relstorage>
    keep-history false
    <postgresql>
      driver psycopg2
      dsn dbname='{database}' user='oidc' host='{folder}'
    </postgresql>
  </relstorage>
</zodb>
"""


def postgresql_database(folder, directory):
    """A new database there: the URI of its configuration, and a way to ask; it ends with them."""
    name = f"oidc_{secrets.token_hex(4)}"

    def ask(question, database=name):
        command = (
            postgresql_programs() / "psql",
            "-h",
            folder,
            "-U",
            "oidc",
            "-At",
            "-c",
            question,
        )
        asked = subprocess.run((*command, database), check=True, capture_output=True, text=True)
        return asked.stdout.strip()

    ask(f"CREATE DATABASE {name}", "postgres")
    conf = directory / "zodb.conf"
    conf.write_text(POSTGRESQL_CONF.format(folder=folder, database=name))
    return f"zconfig://{conf}#main", ask


@contextmanager
def pserve(ini, port):
    """Another process of the provider, by the very command that serves it."""
    command = (sys.executable, "-m", "pyramid.scripts.pserve", ini)
    with process(*command) as child:

        def listens():
            with socket.socket() as probe:
                return child.poll() is not None or probe.connect_ex(("127.0.0.1", port)) == 0

        wait_for(listens)
        assert child.poll() is None, child.communicate()[0]
        yield child
