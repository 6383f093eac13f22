"""``oidc-pyramid pack`` on each storage: what nobody refers to goes, beside the running server."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest
from persistent.mapping import PersistentMapping
from ZODB.POSException import POSKeyError, ReadConflictError, StorageError
from ZODB.scripts import fstest
from ZODB.serialize import referencesf

from oidc_pyramid.storage import (
    DatabaseMissing,
    file_pack,
    open_database,
    packing,
    relstorage_pack,
)
from oidc_pyramid.storage.copying import moment
from oidc_pyramid.storage.refusals import PackRefused
from tests import commands
from tests.storage.places import refresh


def oidc(place, *arguments):
    done = commands.oidc(place.ini(), *arguments)
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
    monkeypatch.setattr(os, "rename", note_rename)
    monkeypatch.setattr(os, "fsync", note_sync)
    db.pack()
    monkeypatch.undo()
    db.close()
    synced = done.index(("fsync", "Data.fs.pack"))
    assert synced < done.index(("rename", "Data.fs.pack"))
    assert done.index(("rename", "Data.fs.pack")) < done.index(("fsync", tmp_path.name))


@pytest.mark.parametrize("childless", range(8))
def test_sqlite_when_much_has_changed_since_the_last_pack(tmp_path, childless):
    """RelStorage's own pack notes an object's references before it has forgotten the old ones, if a
    batch is full just then: the second one fails. How many references others have decides when."""
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


@pytest.fixture(params=["file", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def uri(request, tmp_path, new_uri):
    """A storage with nothing in it, of those whose pack runs in our process."""
    return new_uri(request.param, tmp_path)


def test_what_moves_while_a_pack_looks_stays(uri, monkeypatch):
    """As when the leaf of a tree divides: the older half goes to an object that is new. RelStorage's
    own pack loses it, where that happens between its list of objects and its look at them."""
    with closing(open_database({"zodbconn.uri": uri}, create=True)) as db:
        with db.transaction() as connection:
            connection.root()["place"] = PersistentMapping(thing=PersistentMapping(worth=1))
            connection.root()["gone"] = PersistentMapping()
        with db.transaction() as connection:
            del connection.root()["gone"]
        moves = iter(range(1, 3))

        def move():
            if next(moves, None):
                with db.transaction() as connection:
                    root = connection.root()
                    root["place"] = PersistentMapping(thing=root["place"].pop("thing"))

        def references(state):
            move()
            return referencesf(state)

        db.references = references
        manager = getattr(getattr(db.storage, "_adapter", None), "connmanager", None)
        if manager is not None:
            open_for_load = manager.open_for_load
            monkeypatch.setattr(manager, "open_for_load", lambda: (move(), open_for_load())[1])
        db.pack()
        monkeypatch.undo()
    with closing(open_database({"zodbconn.uri": uri})) as db, db.transaction() as connection:
        assert connection.root()["place"]["thing"]["worth"] == 1
        with moment(db) as storage:
            assert manager is None or len(list(everything(storage))) < 6


def everything(storage):
    """The id of each record, whether anything refers to it or not."""
    following = None
    while True:
        oid, _tid, _data, following = storage.record_iternext(following)
        yield oid
        if following is None:
            return


def test_two_packs_at_once_on_sqlite(tmp_path):
    """RelStorage has no lock for it there: one lists what the other is about to remove."""
    settings = {"zodbconn.uri": f"sqlite://{tmp_path}/db"}
    with (
        closing(open_database(settings, create=True)) as one,
        closing(open_database(settings)) as two,
    ):

        def references(state):
            with pytest.raises(StorageError, match="packed already"):
                two.pack()
            return referencesf(state)

        one.references = references
        one.pack()
        two.pack()


def test_whoever_commits_gets_between_the_removals_of_a_pack(tmp_path, monkeypatch):
    """Small transactions, and the turn is given back after each."""
    monkeypatch.setattr(relstorage_pack, "REMOVE", 10)
    with closing(open_database({"zodbconn.uri": f"sqlite://{tmp_path}/db"}, create=True)) as db:
        with db.transaction() as connection:
            connection.root()["many"] = PersistentMapping(
                {str(number): PersistentMapping() for number in range(100)}
            )
        with db.transaction() as connection:
            connection.root()["many"].clear()
        removals = []

        def pause(_seconds):
            with moment(db) as storage:
                removals.append(len(list(everything(storage))))
            with db.transaction() as connection:
                connection.root()["turn"] = len(removals)

        monkeypatch.setattr(relstorage_pack.time, "sleep", pause)
        db.pack()
        assert removals == list(range(92, 1, -10))


def shrinkable(uri, create=True):
    """A database with something to pack away."""
    db = open_database({"zodbconn.uri": uri}, create=create)
    for number in range(3):
        with db.transaction() as connection:
            connection.root()["oidc_pyramid"] = PersistentMapping(number=number)
    return db


def names_in(directory):
    return sorted(path.name for path in directory.iterdir())


STOPPED = """
import os, sys
from oidc_pyramid.storage import open_database
name, at = sys.argv[2], int(sys.argv[3])
real, calls = getattr(os, name), []
def stopping(*arguments):
    calls.append(arguments)
    if len(calls) == at:
        os._exit(9)
    return real(*arguments)
db = open_database({"zodbconn.uri": sys.argv[1]})
setattr(os, name, stopping)
db.pack()
"""


@pytest.mark.parametrize("at", [("rename", 1), ("rename", 2), ("fsync", 1), ("fsync", 2)])
def test_a_file_whose_pack_was_killed_opens_with_all_that_was_in_it(tmp_path, at):
    uri = f"file://{tmp_path}/Data.fs"
    shrinkable(uri).close()
    command = (sys.executable, "-c", STOPPED, uri, *map(str, at))
    assert subprocess.run(command, check=False, timeout=60).returncode == 9
    with closing(open_database({"zodbconn.uri": uri})) as db:
        with db.transaction() as connection:
            assert connection.root()["oidc_pyramid"]["number"] == 2
        db.pack()
    assert names_in(tmp_path) == [
        "Data.fs",
        "Data.fs.index",
        "Data.fs.lock",
        "Data.fs.tmp",
    ]


@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_called_old_alone_is_nothing_to_begin_anew_beside(tmp_path, create):
    uri = f"file://{tmp_path}/Data.fs"
    shrinkable(uri).close()
    (tmp_path / "Data.fs").rename(tmp_path / "Data.fs.old")
    before = names_in(tmp_path)
    with pytest.raises(DatabaseMissing, match=r"there is no .*Data.fs, but .*Data.fs.old"):
        open_database({"zodbconn.uri": uri}, create=create)
    assert names_in(tmp_path) == before


def test_nothing_of_the_older_file_is_left_and_the_new_one_is_private(tmp_path):
    with closing(shrinkable(f"file://{tmp_path}/Data.fs")) as db:
        db.pack()
    assert not (tmp_path / "Data.fs.old").exists()
    for name in ("Data.fs", "Data.fs.index"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("failing", ["fsync", "check"])
def test_a_pack_that_fails_leaves_the_database_as_it_is(tmp_path, monkeypatch, failing):
    """A full disk, or a file that is not what was written: nobody waits for the commit lock."""
    with closing(shrinkable(f"file://{tmp_path}/Data.fs")) as db:
        with monkeypatch.context() as patch:
            place = {"fsync": os, "check": file_pack.fstest}[failing]
            error = OSError(28, "no space") if failing == "fsync" else fstest.FormatError("odd")
            patch.setattr(place, failing, Mock(side_effect=error))
            with pytest.raises(OSError, match=r"no space|damaged"):
                db.pack()
        assert not (tmp_path / "Data.fs.pack").exists()
        with db.transaction() as connection:
            connection.root()["oidc_pyramid"]["number"] = 7
        db.pack()


def test_the_last_sync_of_a_pack_fails_and_commits_go_on(tmp_path, monkeypatch):
    with closing(shrinkable(f"file://{tmp_path}/Data.fs")) as db:
        with monkeypatch.context() as patch:
            patch.setattr(file_pack, "sync", Mock(side_effect=OSError(28, "no space")))
            with pytest.raises(OSError, match="no space"):
                db.pack()
        with db.transaction() as connection:
            connection.root()["oidc_pyramid"]["number"] = 7


def test_a_pack_that_would_fill_the_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(packing.shutil, "disk_usage", lambda _: Mock(free=100))
    with closing(shrinkable(f"file://{tmp_path}/Data.fs")) as db:
        with pytest.raises(PackRefused, match="needs 0 MiB of free space"):
            packing.pack(db)
        assert packing.is_embedded(db)
    with closing(open_database({"zodbconn.uri": "memory://"}, create=True)) as db:
        packing.pack(db)
        assert not packing.is_embedded(db)


def test_nothing_is_as_old_as_a_pack_keeps(uri):
    with closing(open_database({"zodbconn.uri": uri}, create=True)) as db:
        with db.transaction() as connection:
            connection.root()["oidc_pyramid"] = PersistentMapping()
        packing.pack(db, keep=30 * packing.DAY)
        with db.transaction() as connection:
            assert len(connection.root()["oidc_pyramid"]) == 0


def test_who_reads_a_file_goes_on_with_what_was_opened(tmp_path):
    """A pack gives the name to another file, which the index that was read does not fit."""
    uri = f"file://{tmp_path}/Data.fs"
    with closing(open_database({"zodbconn.uri": uri}, create=True)) as db:
        with db.transaction() as connection:
            mine = {str(number): PersistentMapping(n=number) for number in range(50)}
            connection.root()["oidc_pyramid"] = PersistentMapping(mine)
        for number in range(5):
            with db.transaction() as connection:
                connection.root()["oidc_pyramid"]["0"]["n"] = number
        with closing(open_database({"zodbconn.uri": f"{uri}?read_only=true"})) as reader:
            packing.pack(db)
            with reader.transaction() as connection:
                found = connection.root()["oidc_pyramid"]
                assert [found[str(number)]["n"] for number in (0, 1, 49)] == [4, 1, 49]
