"""A start that finds no database, an empty one or another's: one sentence, and nothing is touched."""

import fractions
import hashlib
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest
from persistent.mapping import PersistentMapping
from ZODB import DB
from ZODB.FileStorage import FileStorage

import oidc_pyramid
from oidc_pyramid.founding import found
from oidc_pyramid.settings import read_settings
from oidc_pyramid.storage import (
    ROOT_KEY,
    DatabaseError,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseUnavailable,
    ForeignDatabase,
    UnsafeStorage,
    WrongSchema,
    WrongSecret,
    in_transaction,
    open_database,
)
from oidc_pyramid.storage import sqlite as sqlite_storage
from oidc_pyramid.testing import SETTINGS, TestProvider
from soak.processes import free_port
from tests.storage.servers import postgresql_database, zeo

FAST = {"oidc.signing_alg": "ES256", "oidc.signing_algs": "ES256"}


def settings_of(uri, **more):
    return {**SETTINGS, **FAST, "zodbconn.uri": uri, **more}


def traces(directory):
    """Each file and folder, its mode and content."""
    return {
        str(path.relative_to(directory)): (
            path.stat().st_mode,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(directory.rglob("*"))
    }


def refused(directory, uri, kind, **more):
    """The sentence of a start-up that must not happen, and leave no trace."""
    before = traces(directory)
    with pytest.raises(kind) as caught:
        oidc_pyramid.main({}, **settings_of(uri, **more))
    assert traces(directory) == before
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def make(uri, jwk, **more):
    """Found a provider, as ``init`` does."""
    settings = settings_of(uri, **more)
    with closing(open_database(settings, create=True)) as db:
        found(db, read_settings(settings), now=0, keys=[jwk], people=False)


@pytest.mark.parametrize("uri", ["file://{}/Data.fs", "file://{}/deep/Data.fs", "sqlite://{}/db"])
def test_a_missing_database_is_not_created(tmp_path, uri):
    assert "oidc-pyramid init" in refused(tmp_path, uri.format(tmp_path), DatabaseMissing)


@pytest.mark.parametrize("content", [b"", b"FS21", b"FS30"])
def test_an_empty_file(tmp_path, content):
    (tmp_path / "Data.fs").write_bytes(content)
    assert "is empty" in refused(tmp_path, f"file://{tmp_path}/Data.fs", DatabaseMissing)


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "Data.fs").write_text("a diary, not a database")
    assert "no FileStorage" in refused(tmp_path, f"file://{tmp_path}/Data.fs", ForeignDatabase)


def test_a_database_of_something_else(tmp_path):
    with closing(DB(FileStorage(str(tmp_path / "made.fs")))) as db, db.transaction() as connection:
        connection.root()["application"] = PersistentMapping()
    shutil.copy(tmp_path / "made.fs", tmp_path / "Data.fs")
    assert "holds no provider" in refused(tmp_path, f"file://{tmp_path}/Data.fs", ForeignDatabase)


def test_an_empty_sqlite_file(tmp_path):
    (tmp_path / "main.sqlite3").touch()
    assert "is empty" in refused(tmp_path, f"sqlite://{tmp_path}", DatabaseMissing)


def test_a_sqlite_file_that_is_none(tmp_path):
    (tmp_path / "main.sqlite3").write_text("a diary, not a database")
    assert "file is not a database" in refused(tmp_path, f"sqlite://{tmp_path}", ForeignDatabase)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_sqlite_database_of_something_else(tmp_path, journal):
    with closing(sqlite3.connect(tmp_path / "main.sqlite3")) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("CREATE TABLE diary (day TEXT)")
    assert "none of our tables" in refused(tmp_path, f"sqlite://{tmp_path}", ForeignDatabase)


@pytest.mark.parametrize("uri", ["file://{}/Data.fs", "sqlite://{}"])
def test_a_database_without_a_provider(tmp_path, uri):
    uri = uri.format(tmp_path)
    open_database({"zodbconn.uri": uri}, create=True).close()
    with pytest.raises(DatabaseError, match="provider"):
        oidc_pyramid.main({}, **settings_of(uri))


@pytest.mark.parametrize(
    "uri, reason",
    [
        ("", "is not set"),
        ("postgres://oidc@localhost/oidc", "zconfig"),
        ("file://", "names no file"),
        ("sqlite://?data_dir=/srv", "names no directory"),
        ("sqlite:///nowhere?cach_size=3", "cach_size"),
        ("file:///nowhere?create=true", "create"),
        ("file:///nowhere?read_only=perhaps", "perhaps"),
        ("sqlite:///nowhere?pool_size=many", "many"),
        ("zeo://?server_sync=true", "write zeo://"),
        ("demo:memory://", "write demo:"),
        ("demo:(file:///nowhere/Data.fs)/(memory://)", "no database at /nowhere/Data.fs"),
        ("zconfig:///nowhere/zodb.conf", "there is no file"),
    ],
)
def test_an_address_that_is_none(uri, reason):
    with pytest.raises(DatabaseError) as caught:
        open_database({"zodbconn.uri": uri})
    assert reason in str(caught.value)


def test_a_secret_of_another_provider(tmp_path, jwk):
    uri = f"sqlite://{tmp_path}/db"
    make(uri, jwk)
    other = {"oidc.secret": "RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c"}
    with pytest.raises(WrongSecret, match=r"oidc\.secret is not the one"):
        oidc_pyramid.main({}, **settings_of(uri, **other))


@pytest.mark.parametrize("schema, reason", [(0, "oidc-pyramid init"), (1000, "upgrade")])
def test_a_schema_of_another_version(tmp_path, jwk, schema, reason):
    uri = f"sqlite://{tmp_path}/db"
    make(uri, jwk)
    with closing(open_database({"zodbconn.uri": uri})) as db:
        in_transaction(db, lambda root: setattr(root[ROOT_KEY], "schema", schema))
    with pytest.raises(WrongSchema, match=reason):
        oidc_pyramid.main({}, **settings_of(uri))


def test_a_file_storage_serves_one_process(tmp_path, jwk):
    uri = f"file://{tmp_path}/Data.fs"
    make(uri, jwk)
    with closing(open_database({"zodbconn.uri": uri})):
        refusal = refused(tmp_path, uri, DatabaseLocked)
    assert "in use by another process" in refusal


def test_pserve_says_it_in_one_sentence_and_never_listens(tmp_path):
    port = free_port()
    ini = tmp_path / "production.ini"
    lines = "\n".join(f"{k} = {v}" for k, v in settings_of(f"sqlite://{tmp_path}/db").items())
    ini.write_text(
        f"[app:main]\nuse = egg:oidc_pyramid\n{lines}\n"
        f"[server:main]\nuse = egg:waitress#main\nlisten = 127.0.0.1:{port}\n"
    )
    before = traces(tmp_path)
    command = (sys.executable, "-W", "ignore", "-m", "pyramid.scripts.pserve", ini)
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("oidc_pyramid does not start: there is no database at ")
    assert ended.stderr.count("\n") == 1
    assert "Starting server" not in ended.stdout
    assert traces(tmp_path) == before


def test_zeo_without_server_sync(zeo_socket, jwk):
    make(f"zeo://{zeo_socket}?server_sync=true", jwk)
    for query in ("", "?server_sync=false"):
        with pytest.raises(UnsafeStorage, match="stale reads"):
            open_database({"zodbconn.uri": f"zeo://{zeo_socket}{query}"})
    conf = zeo_socket.parent / "zodb.conf"
    conf.write_text(f"<zodb main>\n<zeoclient>\nserver {zeo_socket}\n</zeoclient>\n</zodb>\n")
    uri = {"zodbconn.uri": f"zconfig://{conf}#main"}
    with pytest.raises(UnsafeStorage, match="server-sync true"):
        open_database(uri)
    conf.write_text(
        f"%import ZEO\n<zodb main>\n<clientstorage>\nserver {zeo_socket}\n"
        "server-sync true\n</clientstorage>\n</zodb>\n"
    )
    with closing(open_database(uri)) as db:
        assert db.storage.sync == db.storage._ask_twice


@pytest.fixture
def zeo_socket(tmp_path):
    with zeo(tmp_path) as path:
        yield path


def test_an_empty_zeo_server(zeo_socket):
    uri = f"zeo://{zeo_socket}?server_sync=true"
    with pytest.raises(DatabaseMissing, match="is empty"):
        oidc_pyramid.main({}, **settings_of(uri))
    assert (zeo_socket.parent / "Data.fs").stat().st_size == 4


def test_a_zeo_server_that_is_not_there(tmp_path):
    with pytest.raises(DatabaseUnavailable, match="can't be opened"):
        open_database(
            {"zodbconn.uri": f"zeo://{tmp_path}/zeo.sock?server_sync=true&wait_timeout=1"}
        )


@pytest.mark.postgresql
def test_an_empty_postgresql_database(postgresql_folder, tmp_path):
    uri, ask = postgresql_database(postgresql_folder, tmp_path)
    with pytest.raises(DatabaseError, match="oidc-pyramid init"):
        oidc_pyramid.main({}, **settings_of(uri))
    assert ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0"
    open_database({"zodbconn.uri": uri}, create=True).close()
    with pytest.raises(DatabaseMissing, match="holds no provider"):
        oidc_pyramid.main({}, **settings_of(uri))


@pytest.mark.postgresql
def test_postgresql_that_does_not_wait_for_the_disk(postgresql_folder, tmp_path):
    uri, ask = postgresql_database(postgresql_folder, tmp_path)
    open_database({"zodbconn.uri": uri}, create=True).close()
    ask("ALTER ROLE oidc SET synchronous_commit = off")
    try:
        with pytest.raises(UnsafeStorage, match="synchronous_commit=off"):
            open_database({"zodbconn.uri": uri})
    finally:
        ask("ALTER ROLE oidc RESET synchronous_commit")


@pytest.mark.postgresql
def test_postgresql_that_is_not_there(tmp_path):
    conf = tmp_path / "zodb.conf"
    conf.write_text(
        "%import relstorage\n<relstorage>\nkeep-history false\n<postgresql>\ndriver psycopg2\n"
        f"dsn dbname='oidc' host='{tmp_path}'\n</postgresql>\n</relstorage>\n"
    )
    with pytest.raises(DatabaseUnavailable, match="can't be opened"):
        open_database({"zodbconn.uri": f"zconfig://{conf}"})


def test_sqlite_is_opened_by_us_alone(tmp_path):
    (tmp_path / "db").mkdir()
    conf = tmp_path / "zodb.conf"
    conf.write_text(
        "%import relstorage\n<relstorage>\nkeep-history false\n"
        f"<sqlite3>\ndata-dir {tmp_path}/db\n</sqlite3>\n</relstorage>\n"
    )
    with pytest.raises(UnsafeStorage, match="use sqlite://"):
        open_database({"zodbconn.uri": f"zconfig://{conf}"}, create=True)


def test_sqlite_that_does_not_wait_for_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_storage, "FULL", {"synchronous": "NORMAL"})
    with pytest.raises(UnsafeStorage, match="synchronous=1"):
        open_database({"zodbconn.uri": f"sqlite://{tmp_path}/db"}, create=True)


def test_the_connection_that_commits_waits_for_the_disk(tmp_path):
    with closing(open_database({"zodbconn.uri": f"sqlite://{tmp_path}/db"}, create=True)) as db:
        connection, cursor = db.storage._adapter.connmanager.open_for_store()
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"
        db.storage._adapter.connmanager.rollback_and_close(connection, cursor)


def test_a_lost_file_of_object_ids_gives_no_id_twice(tmp_path):
    uri = {"zodbconn.uri": f"sqlite://{tmp_path}/db"}
    with closing(open_database(uri, create=True)) as db, db.transaction() as connection:
        connection.root().update((f"k{n}", PersistentMapping()) for n in range(100))
    (tmp_path / "db" / "oids.sqlite3").unlink()
    with closing(open_database(uri)) as db, db.transaction() as connection:
        highest = max(value._p_oid for value in connection.root().values())
        new = PersistentMapping()
        connection.add(new)
        assert new._p_oid > highest


@pytest.mark.parametrize("uri", ["file://{}/var/Data.fs", "sqlite://{}/var/db"])
def test_files_are_private(tmp_path, jwk, uri):
    make(uri.format(tmp_path), jwk)
    with closing(open_database({"zodbconn.uri": uri.format(tmp_path)})):
        for path in (tmp_path / "var").rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path


def test_development_founds_a_provider_and_keeps_it(tmp_path):
    settings = settings_of(
        f"sqlite://{tmp_path}/var/db",
        **{
            "oidc.development": "true",
            "oidc.issuer": "http://localhost:6543",
            "oidc.secret": f"file:{tmp_path}/var/secret",
        },
    )
    kids = []
    for _ in range(2):
        op = TestProvider(oidc_pyramid.main({}, **settings), settings)
        with op.provider() as provider:
            assert provider.users.by_username("alice") is not None
            kids += [key.kid for key in provider.keys.keys]
        op.db.close()
    assert len(kids) == 2
    assert len(set(kids)) == 1
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600


def test_development_makes_no_secret_beside_an_old_database(tmp_path, jwk):
    uri = f"sqlite://{tmp_path}/var/db"
    make(uri, jwk)
    secret = {"oidc.development": "true", "oidc.secret": f"file:{tmp_path}/var/secret"}
    with pytest.raises(WrongSecret, match="restore that file"):
        oidc_pyramid.main({}, **settings_of(uri, **secret))
    assert not (tmp_path / "var" / "secret").exists()


def test_processes_that_found_at_once_found_one_provider(tmp_path):
    ini = tmp_path / "development.ini"
    settings = settings_of(
        f"sqlite://{tmp_path}/db",
        **{"oidc.development": "true", "oidc.issuer": "http://localhost:6543"},
    )
    lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
    ini.write_text(f"[app:main]\nuse = egg:oidc_pyramid\n{lines}\n")
    program = f"from pyramid.paster import get_app; get_app({str(ini)!r})"
    command = (sys.executable, "-W", "ignore", "-c", program)
    starts = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(3)
    ]
    for start in starts:
        said, _ = start.communicate(timeout=60)
        assert start.returncode == 0, said
    with closing(open_database(settings)) as db, db.transaction() as connection:
        provider = connection.root()[ROOT_KEY]
        assert len(provider.keys.keys) == 1
        assert len(provider.users) == 2


def test_a_host_with_a_database_of_its_own(tmp_path, jwk):
    """Its database is made and read as it likes; ours has a name, and is strict."""
    settings = settings_of(
        f"file://{tmp_path}/host.fs",
        **{"zodbconn.uri.oidc": f"sqlite://{tmp_path}/db", "oidc.database": "oidc"},
    )
    with pytest.raises(DatabaseMissing, match="oidc-pyramid init"):
        oidc_pyramid.main({}, **settings)
    with closing(open_database(settings, name="oidc", create=True)) as db:
        found(db, read_settings(settings), now=0, keys=[jwk], people=False)
    (tmp_path / "host.fs.lock").unlink(missing_ok=True)
    op = TestProvider(oidc_pyramid.main({}, **settings), settings)
    op.add_client("shop")
    assert op.browser().get("/jwks").json["keys"]
    host = op.app.registry._zodb_databases[""]
    with host.transaction() as connection:
        connection.root()["anything"] = fractions.Fraction(1, 3)
    op.db.close()
    host.close()


def test_a_name_that_no_database_has(tmp_path, jwk):
    uri = f"sqlite://{tmp_path}/db"
    make(uri, jwk)
    with pytest.raises(DatabaseMissing, match=r"zodbconn\.uri\.other is not set"):
        oidc_pyramid.main({}, **settings_of(uri, **{"oidc.database": "other"}))
