"""People who are added at once are all found, and none has to wait for another."""

import transaction
from ZODB.Connection import Connection

from oidc_pyramid.models.users import User, Users
from oidc_pyramid.storage import open_database


def test_two_who_are_added_at_once(tmp_path):
    db = open_database({"zodbconn.uri": f"sqlite://{tmp_path}/db"}, create=True)
    with db.transaction() as connection:
        connection.root()["users"] = Users()
    for crowd in range(3):
        first, second = opened(db), opened(db)
        added(first, f"ann{crowd}")
        added(second, f"ben{crowd}")
        for connection in (first, second):
            connection.transaction_manager.commit()
            connection.close()
        with db.transaction() as connection:
            for number in range(40):
                added(connection, f"ben{crowd}-{number}")
    with db.transaction() as connection:
        users = connection.root()["users"]
        assert [one.username for one in users.search("a", limit=9).people] == [
            "ann0",
            "ann1",
            "ann2",
        ]
        assert len(users.search("ben", limit=1000).people) == 123
    db.close()


def opened(db) -> Connection:
    return db.open(transaction.TransactionManager(explicit=False))


def added(connection, name):
    connection.root()["users"].add(User(name, now=1, email=f"{name}@example.com"))
