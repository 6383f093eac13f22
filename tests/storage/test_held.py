"""Connections that are held open between requests: as good as newly opened ones."""

import pytest
from pyramid.interfaces import INewResponse
from pyramid_zodbconn import get_connection
from transaction import TransactionManager
from ZODB.MappingStorage import MappingStorage
from ZODB.POSException import ConnectionStateError

from oidc_pyramid.storage.held import Held
from oidc_pyramid.storage.pool import Database
from oidc_pyramid.testing import make_provider


class Unreachable(Exception):
    pass


class Away(MappingStorage):
    """A storage that can't be asked for a while."""

    away = False

    def sync(self, force=True):
        if self.away:
            raise Unreachable


@pytest.fixture
def db():
    database = Database(Away())
    yield database
    database.close()


@pytest.fixture
def held(db):
    return Held(db)


def begun():
    manager = TransactionManager(explicit=True)
    manager.begin()
    return manager


def write(db, **values):
    manager = TransactionManager(explicit=True)
    with manager:
        connection = db.open(manager)
        connection.root().update(values)
    connection.close()


def test_one_after_the_other_use_the_same_connection(held):
    first = held.take(begun())
    held.give_back(first)
    assert held.take(begun()) is first


def test_two_at_once_have_two_and_the_one_used_last_comes_next(held):
    first, second = held.take(begun()), held.take(begun())
    assert first is not second
    held.give_back(first)
    held.give_back(second)
    assert held.take(begun()) is second


def test_each_transaction_sees_what_was_committed_before_it(db, held):
    connection = held.take(begun())
    assert "x" not in connection.root()
    held.give_back(connection)
    write(db, x=1)
    again = held.take(begun())
    assert again is connection
    assert again.root()["x"] == 1


def test_a_transaction_sees_nothing_that_comes_after_it(db, held):
    held.give_back(held.take(begun()))
    connection = held.take(begun())
    write(db, x=1)
    assert "x" not in connection.root()


def test_a_manager_that_has_not_begun_gets_nothing_old(db, held):
    held.give_back(held.take(begun()))
    write(db, x=1)
    connection = held.take(TransactionManager(explicit=True))
    assert connection.root()["x"] == 1
    held.give_back(connection)


def test_what_a_request_left_undone_is_undone(db, held):
    connection = held.take(begun())
    connection.root()["x"] = 1
    held.give_back(connection)
    assert "x" not in held.take(begun()).root()
    write(db, y=1)  # and it holds nobody up


def test_what_a_request_committed_stays(held):
    manager = begun()
    connection = held.take(manager)
    connection.root()["x"] = 1
    manager.commit()
    held.give_back(connection)
    assert held.take(begun()).root()["x"] == 1


def test_where_the_storage_can_not_be_asked_no_connection_is_lost(db, held):
    known = held.take(begun())
    held.give_back(known)
    db.storage.away = True
    for _ in range(20):
        with pytest.raises(Unreachable):
            held.take(begun())
    db.storage.away = False
    write(db, x=1)
    assert held.take(begun()).root()["x"] == 1
    assert len(db.pool.all) <= 2


def test_no_more_are_held_than_the_pool_has(db, held):
    taken = [held.take(begun()) for _ in range(db.getPoolSize() + 3)]
    for connection in taken:
        held.give_back(connection)
    assert sum(connection.opened is not None for connection in taken) == db.getPoolSize()


def test_one_that_has_met_a_second_database_is_closed(held):
    connection = held.take(begun())
    other = Database(MappingStorage(), database_name="other", databases=connection.db().databases)
    connection.get_connection("other")
    held.give_back(connection)
    assert connection.opened is None
    other.close()


def test_nobody_gets_one_whose_transaction_could_not_be_undone(monkeypatch):
    held = Held(Database(MappingStorage()))  # which can't be closed any more
    connection = held.take(begun())
    connection.root()["x"] = "uncommitted"
    monkeypatch.setattr(connection, "abort", raising(MemoryError))
    with pytest.raises(MemoryError):
        connection.transaction_manager.abort()
    with pytest.raises(ConnectionStateError):
        held.give_back(connection)
    monkeypatch.undo()
    assert "x" not in held.take(begun()).root()


def raising(error):
    def fail(*_args):
        raise error

    return fail


def test_one_that_begins_a_snapshot_by_itself_is_closed(held):
    connection = held.take(TransactionManager())
    held.give_back(connection)
    assert connection.opened is None


def test_the_database_is_closed_while_some_are_held(held, db):
    held.give_back(held.take(begun()))
    db.close()


@pytest.fixture
def used(jwk):
    """A stand-alone provider, and the connection of each request as a plug-in would get it."""

    def watch(**settings):
        op, seen = make_provider(keys=[jwk], **settings), []
        op.app.registry.registerHandler(
            lambda event: seen.append(get_connection(event.request)), [INewResponse]
        )
        for _ in range(2):
            op.browser().get("/userinfo", status=401)
        return seen

    return watch


def test_requests_of_a_stand_alone_provider_share_one(used):
    first, second = used()
    assert first is second
    assert first.opened is not None


def test_after_the_request_nobody_finds_the_connection_by_it(jwk):
    op, late = make_provider(keys=[jwk]), []

    def watch(event):
        event.request.add_finished_callback(lambda request: late.append(request._primary_zodb_conn))

    op.app.registry.registerHandler(watch, [INewResponse])
    op.browser().get("/userinfo", status=401)
    assert late == [None]


def test_a_log_of_transfers_wants_each_request_to_open_its_own(used, capsys):
    connection, _ = used(**{"zodbconn.transferlog": ""})
    assert connection.opened is None
    assert capsys.readouterr().out.count("/userinfo") == 2


def test_a_host_application_opens_and_closes_as_before(jwk):
    op = make_provider(lambda _config: None, keys=[jwk])
    op.browser().get("/userinfo", status=401)
    assert op.runtime.held is None
