"""The disk is full, the server is gone, a record is poisoned: 503, and nothing of it is told."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from relstorage.adapters.sqlite.mover import Sqlite3ObjectMover
from ZODB import DB
from ZODB.FileStorage import FileStorage

import oidc_pyramid
from oidc_pyramid.storage import ROOT_KEY, ForeignDatabase, sqlite
from oidc_pyramid.testing import OWN_FORM, authorization_request, bearer
from soak.processes import wait_for
from tests.storage.places import Place, refresh
from tests.storage.servers import postgresql_database, zeo


@pytest.fixture
def make_place(tmp_path, jwk):
    """A place of one test's own."""
    made = []

    def make(uri):
        made.append(Place("own", uri.format(tmp_path), tmp_path, jwk))
        return made[-1]

    yield make
    for place in made:
        place.close()


def is_busy(response):
    """503 with Retry-After, without a cookie, a code or a token in it."""
    assert response.status_int == 503, response.text
    assert int(response.headers["Retry-After"]) >= 1
    assert "Set-Cookie" not in response.headers
    assert "Location" not in response.headers
    for word in ("access_token", "refresh_token", "id_token"):
        assert word not in response.text
    return True


def token(place, rp, fields):
    return place.op.browser().post("/token", fields, headers=rp.basic, status="*")


def sign_in_elsewhere(place, rp, person):
    """The answer to a right password at a new browser."""
    browser = place.op.browser()
    page = browser.get("/authorize", authorization_request(rp)).follow()
    form = page.forms["login-form"]
    form["username"], form["password"] = person.username, "wonderland"
    return form.submit("login", headers=OWN_FORM, status="*")


def no_write_succeeds(place, rp, person, tokens, fields):
    """Nothing that must be saved is answered as if it were; what only reads goes on.

    The trusted client is new to the person: its code needs a grant, which is saved first.
    """
    wanted = authorization_request(place.trusted)
    assert is_busy(person.browser.get("/authorize", wanted, status="*"))
    assert is_busy(token(place, rp, fields))
    assert is_busy(token(place, rp, refresh(tokens)))
    assert is_busy(sign_in_elsewhere(place, rp, person))
    revoking = {"token": tokens["refresh_token"]}
    assert is_busy(place.op.browser().post("/revoke", revoking, headers=rp.basic, status="*"))
    person.browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=200)
    person.browser.get("/jwks", status=200)


class FullFile:
    """A file that nothing can be written to."""

    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, _content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_under_a_file_storage(make_place, monkeypatch):
    place = make_place("file://{}/Data.fs")
    rp, person = place.client(), place.person()
    place.trusted = place.client(skip_consent=True)
    tokens, fields = person.tokens(rp), person.code(rp)
    storage = place.op.db.storage
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_file", FullFile(storage._file))
        no_write_succeeds(place, rp, person, tokens, fields)
    assert token(place, rp, fields).status_int == 200
    assert token(place, rp, refresh(tokens)).status_int == 200


def test_a_full_disk_under_sqlite(make_place, monkeypatch):
    """SQLite writes in the second phase of the commit: where it fails, all of it is undone."""
    place = make_place("sqlite://{}/db")
    rp, person = place.client(), place.person()
    place.trusted = place.client(skip_consent=True)
    tokens, fields = person.tokens(rp), person.code(rp)

    def full(*_arguments):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Sqlite3ObjectMover, "move_from_temp", full)
        no_write_succeeds(place, rp, person, tokens, fields)
    assert token(place, rp, fields).status_int == 200
    assert token(place, rp, refresh(tokens)).status_int == 200


def test_a_sqlite_database_that_may_not_grow(make_place, monkeypatch):
    place = make_place("sqlite://{}/db")
    connection, cursor = place.op.db.storage._adapter.connmanager.open_for_store()
    pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    place.op.db.storage._adapter.connmanager.rollback_and_close(connection, cursor)
    place.close()
    monkeypatch.setattr(sqlite, "FULL", {**sqlite.FULL, "max_page_count": pages + 20})
    place = make_place("sqlite://{}/db")
    rp, person = place.client(), place.person()
    fields = person.code(rp)
    while (response := token(place, rp, fields)).status_int == 200:
        tokens = response.json
        fields = person.code(rp)
    assert is_busy(response)
    person.browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=200)


FAILING_SYNC = """
import importlib, sys
from oidc_pyramid.storage import in_transaction, open_database
db = open_database({"zodbconn.uri": sys.argv[1]})
def fail(_descriptor):
    raise OSError(5, "Input/output error")
importlib.import_module("ZODB.FileStorage.FileStorage").fsync = fail
in_transaction(db, lambda root: root.update(lost=True))
"""


def test_a_disk_that_does_not_take_a_commit_ends_the_process(make_place, tmp_path):
    """Started anew, the database is what was acknowledged."""
    place = make_place("file://{}/Data.fs")
    rp = place.client()
    place.close()
    command = (sys.executable, "-W", "ignore", "-c", FAILING_SYNC, place.uri)
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == -signal.SIGTERM
    assert "must be restarted" in ended.stderr
    with make_place("file://{}/Data.fs").op.provider() as provider:
        assert provider.clients.get(rp.client_id) is not None


def test_a_zeo_server_that_goes_and_comes_back(make_place, tmp_path):
    """A request does not wait as long as the start would, or a worker would soon do nothing else;
    and none of them takes a connection with it."""
    with zeo(tmp_path):
        place = make_place("zeo://{}/zeo.sock?server_sync=true&wait_timeout=30")
        rp, person = place.client(), place.person()
        fields = person.code(rp)
        connections = len(list(place.op.db.pool))
    asked = time.monotonic()
    for _ in range(10):
        assert is_busy(token(place, rp, fields))
    assert time.monotonic() - asked < 20
    assert len(list(place.op.db.pool)) == connections
    with zeo(tmp_path):
        assert wait_for(lambda: token(place, rp, fields).status_int == 200)
        place.close()


def test_a_transaction_on_zeo_asks_the_server_twice(make_place, tmp_path, monkeypatch):
    """The answer to the first question may overtake the news of a commit (storage/zeo.py)."""
    with zeo(tmp_path):
        place = make_place("zeo://{}/zeo.sock?server_sync=true")
        client = place.op.db.storage
        asked, call = [], client._call
        monkeypatch.setattr(
            client, "_call", lambda name, *more: asked.append(name) or call(name, *more)
        )
        with place.op.provider():
            assert asked == ["ping", "ping"]
        place.close()


@pytest.mark.postgresql
def test_postgresql_that_drops_its_connections(make_place, postgresql_folder, tmp_path):
    uri, ask = postgresql_database(postgresql_folder, tmp_path)
    place = make_place(uri)
    rp, person = place.client(), place.person()
    tokens = person.tokens(rp)
    for _ in range(2):
        ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        response = token(place, rp, refresh(tokens))
        assert response.status_int == 200 or is_busy(response)
    assert token(place, rp, refresh(tokens)).status_int == 200
    place.close()


class Poison:
    """What a pickle can name: a function that is called when it is read."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def poison(path, where):
    """Let *where* write something into the database without asking what may be in it."""
    with closing(DB(FileStorage(str(path)))) as db, db.transaction() as connection:
        where(connection.root())


def test_a_poisoned_record_is_not_run(make_place, tmp_path):
    place = make_place("file://{}/Data.fs")
    rp, person = place.client(), place.person()
    place.close()
    marker = tmp_path / "marker"
    poison(
        tmp_path / "Data.fs",
        lambda root: setattr(root[ROOT_KEY].clients[rp.client_id], "extra", Poison(marker)),
    )
    again = make_place("file://{}/Data.fs")
    assert is_busy(token(again, rp, {"grant_type": "client_credentials"}))
    response = again.op.browser().get("/authorize", authorization_request(rp), status="*")
    assert is_busy(response)
    with again.op.provider() as provider:
        assert provider.users[person.id].username == person.username
    assert not marker.exists()


def test_a_poisoned_root_stops_the_start(make_place, tmp_path):
    place = make_place("file://{}/Data.fs")
    place.close()
    marker = tmp_path / "marker"
    poison(tmp_path / "Data.fs", lambda root: root.update(other=Poison(marker)))
    with pytest.raises(ForeignDatabase, match=r"posix\.system"):
        oidc_pyramid.main({}, **place.settings)
    assert not marker.exists()


def test_what_our_modules_import_is_not_ours(tmp_path):
    """Neither a function in models/, nor a class that it only imports, may be named."""
    from oidc_pyramid.storage import ClassNotAllowed, class_factory

    for module, name in [
        ("oidc_pyramid.models.keys", "unwrap"),
        ("oidc_pyramid.models.users", "secrets"),
        ("oidc_pyramid.models.provider", "Any"),
        ("oidc_pyramid.models.nowhere", "Thing"),
        ("oidc_pyramid.models.users", "Nobody"),
        ("oidc_pyramid.modelsandmore", "Thing"),
        ("builtins", "eval"),
        ("os", "system"),
    ]:
        with pytest.raises(ClassNotAllowed):
            class_factory(None, module, name)
