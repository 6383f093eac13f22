"""What every decision rests on, on each storage: two that work on one database see one order."""

import threading
import time
from contextlib import closing, contextmanager, suppress

import pytest
from persistent.mapping import PersistentMapping
from transaction import TransactionManager
from transaction.interfaces import NoTransaction
from ZODB.POSException import ConflictError

from oidc_pyramid.models.pin import pin
from oidc_pyramid.storage import open_database
from tests.storage.places import Place


@pytest.fixture
def both(request, places):
    """The same database twice, as two processes have it; on FileStorage, two connections."""
    place = places(request.param)
    with place.op.db.transaction() as connection:
        connection.root()["test"] = PersistentMapping(
            {name: PersistentMapping(on=False) for name in ("left", "right", "other")}
        )
    if request.param == "file":
        yield place.op.db, place.op.db
        return
    with closing(open_database(place.settings)) as second:
        yield place.op.db, second


EACH = pytest.mark.parametrize(
    "both",
    ["file", "sqlite", "zeo", pytest.param("postgresql", marks=pytest.mark.postgresql)],
    indirect=True,
)


class Worker:
    """A connection with a transaction manager of its own."""

    def __init__(self, db):
        self.manager = TransactionManager(explicit=True)
        self.connection = db.open(self.manager)

    def begin(self):
        self.manager.begin()
        return self.connection.root()["test"]

    def commit(self):
        """Whether it was committed."""
        try:
            self.manager.commit()
        except ConflictError:
            self.manager.abort()
            return False
        return True

    def close(self):
        with suppress(NoTransaction):
            self.manager.abort()
        self.connection.close()


@contextmanager
def workers(dbs):
    made = [Worker(db) for db in dbs]
    try:
        yield made
    finally:
        for worker in made:
            worker.close()


@EACH
def test_what_was_aborted_is_never_written(both):
    """Nor by the next commit on the same connection."""
    with workers(both) as (first, second):
        here, there = first.begin(), second.begin()
        pin(here["right"])
        here["left"]["on"] = True
        there["right"]["on"] = True
        assert second.commit()
        assert not first.commit()
        first.begin()["other"]["on"] = True
        assert first.commit()
        seen = second.begin()
        assert [seen[name]["on"] for name in ("left", "right", "other")] == [False, True, True]


@EACH
def test_no_decision_rests_on_what_has_changed(both):
    """Two switches, at most one of them on: who turns one on has pinned that the other is off."""
    over = time.monotonic() + 1.5
    broken, turned = [], [0]

    def play(db, mine, others):
        worker = Worker(db)
        while time.monotonic() < over:
            switches = worker.begin()
            if switches[mine]["on"] and switches[others]["on"]:
                broken.append(1)
            if switches[mine]["on"]:
                switches[mine]["on"] = False
            elif not pin(switches[others])["on"]:
                switches[mine]["on"] = True
            turned[0] += worker.commit()
        worker.close()

    sides = [("left", "right"), ("right", "left")]
    players = [
        threading.Thread(target=play, args=(db, *sides[index % 2]))
        for index, db in enumerate([*both, *reversed(both)])
    ]
    for player in players:
        player.start()
    for player in players:
        player.join()
    assert broken == []
    assert turned[0] > 10


@pytest.mark.parametrize("both", ["sqlite"], indirect=True)
def test_nobody_commits_between_the_look_and_the_lock(both, monkeypatch):
    """The other process has to wait until this one, which has looked, is through."""
    mover = both[0].storage._adapter.mover
    look = mover.current_object_tids
    others = []

    def look_and_linger(*arguments, **options):
        seen = look(*arguments, **options)
        others.append(threading.Thread(target=second.commit))
        others[0].start()
        others[0].join(0.3)
        assert others[0].is_alive()
        return seen

    with workers(both) as (first, second):
        here, there = first.begin(), second.begin()
        pin(here["right"])
        here["left"]["on"] = True
        there["right"]["on"] = True
        monkeypatch.setattr(mover, "current_object_tids", look_and_linger)
        assert first.commit()
        monkeypatch.undo()
        others[0].join(20)
        seen = first.begin()
        assert seen["right"]._p_serial is None or pin(seen["right"])["on"]
        assert seen["left"]._p_serial < seen["right"]._p_serial


def test_a_second_look_takes_no_locks_away(tmp_path, jwk):
    """Who opens and closes the file beside SQLite loses SQLite's locks: then another process that
    ends believes that it was the last, and deletes the log under those who still write to it."""
    place = Place("own", f"sqlite://{tmp_path}/db", tmp_path, jwk)
    rp = place.client()
    with closing(open_database(place.settings)):
        pass
    log = (tmp_path / "db" / "main.sqlite3-wal").stat().st_ino
    place.command("client", "update", rp.client_id, "--name", "Changed")
    assert (tmp_path / "db" / "main.sqlite3-wal").stat().st_ino == log
    with place.op.provider() as provider:
        assert provider.clients[rp.client_id].client_name == "Changed"
    place.close()
