"""``oidc-pyramid pack`` on each storage: what nobody refers to goes, beside the running server."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from persistent.mapping import PersistentMapping
from ZODB.POSException import POSKeyError, ReadConflictError

from oidc_pyramid.storage import file as file_storage
from oidc_pyramid.storage import open_database
from oidc_pyramid.storage.copying import moment
from oidc_pyramid.storage.sqlite_adapter import FullBatches
from tests.storage.places import refresh

PROGRAM = "from oidc_pyramid.scripts import main; main()"


def oidc(place, *arguments):
    command = (sys.executable, "-c", PROGRAM, "-c", place.ini(), *arguments)
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_beside_the_running_server(two):
    rp, person = two.client(), two.person()
    tokens = person.tokens(rp)
    for _ in range(3):
        tokens = two.token(rp, **refresh(tokens))
    other = two.person()
    with two.op.provider() as provider:
        gone = provider.users.by_username(other.username)
        oid = gone._p_oid
        provider.users.delete(gone, now=1)
    said = oidc(two, "pack")
    assert said.startswith("Packed: ")
    two.token(rp, **refresh(tokens))
    with (
        closing(open_database(two.settings)) as fresh,
        moment(fresh) as storage,
        pytest.raises((POSKeyError, ReadConflictError)),
    ):
        storage.load(oid)
    assert "no problems" in oidc(two, "verify")


def test_the_packed_file_is_on_the_disk_before_it_is_the_database(tmp_path, monkeypatch):
    """ZODB renames a file that was never synced: after a power cut it may be empty."""
    done = []
    rename, fsync = os.rename, os.fsync

    def note_rename(source, target):
        done.append(("rename", Path(source).name))
        rename(source, target)

    def note_sync(descriptor):
        done.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        fsync(descriptor)

    db = open_database({"zodbconn.uri": f"file://{tmp_path}/Data.fs"}, create=True)
    for number in range(3):
        with db.transaction() as connection:
            connection.root()["number"] = number
    monkeypatch.setattr(file_storage.os, "rename", note_rename)
    monkeypatch.setattr(file_storage.os, "fsync", note_sync)
    db.pack()
    monkeypatch.undo()
    db.close()
    synced = done.index(("fsync", "Data.fs.pack"))
    assert synced < done.index(("rename", "Data.fs.pack"))
    assert done.index(("rename", "Data.fs.pack")) < done.index(("fsync", tmp_path.name))


@pytest.mark.parametrize("before", range(990, 1010))
def test_sqlite_at_any_size(before):
    """RelStorage's own batches fail where the first row for another table comes as they are full."""
    with closing(sqlite3.connect(":memory:")) as database:
        for table in ("one", "other"):
            database.execute(f"CREATE TABLE {table} (x)")
        cursor = database.cursor()
        batches = FullBatches(cursor, row_limit=2000)
        schema = batches.row_schema_of_length(1)
        for number in range(before):
            batches.insert_into("one (x)", schema, (number,), number, size=1)
        batches.insert_into("other (x)", schema, (1,), 1, size=1)
        batches.flush()
        counts = "SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM other)"
        assert database.execute(counts).fetchone() == (before, 1)


@pytest.mark.parametrize("childless", range(8))
def test_sqlite_when_much_has_changed_since_the_last_pack(tmp_path, childless):
    """RelStorage notes an object's references before it has forgotten the old ones, if a batch is
    full just then: the second pack fails. How many references the others have decides when."""
    with closing(open_database({"zodbconn.uri": f"sqlite://{tmp_path}/db"}, create=True)) as db:
        for number in range(200):
            with db.transaction() as connection:
                children = {} if number < childless else {"child": PersistentMapping()}
                connection.root()[f"{number:03}"] = PersistentMapping(children)
        for turn in range(2):
            with db.transaction() as connection:
                for thing in connection.root().values():
                    thing["turn"] = turn
            db.pack()
        with db.transaction() as connection:
            assert len(connection.root()) == 200
