"""What a token rests on is reached from it: nobody looks for it in trees of a million entries."""

import pytest
from transaction import TransactionManager
from ZODB.Connection import Connection
from ZODB.POSException import ConflictError

from oidc_pyramid.models.sweep import sweep_shard
from oidc_pyramid.storage import provider_in
from oidc_pyramid.testing import bearer, code_flow, token_request

OFFLINE = "openid profile offline_access"


@pytest.fixture
def read(monkeypatch):
    """The kinds of what is read from the storage."""
    kinds, load = [], Connection.setstate

    def counting_load(self, obj):
        kinds.append(type(obj).__name__)
        return load(self, obj)

    monkeypatch.setattr(Connection, "setstate", counting_load)
    return kinds


@pytest.fixture
def crowded(op):
    """Enough others that every tree has leaves of its own."""
    with op.provider() as provider:
        trees = provider.users.tree(), provider.grants.tree(), provider.authorizations.tree()
        for shards in trees:
            for shard in shards.shards():
                for number in range(64):
                    shard.data.insert(f"~{number:02}", (2**40, None))
    return op


def test_userinfo_reads_one_leaf_and_three_records(crowded, alice, rp, read):
    browser = crowded.browser()
    token = code_flow(crowded, browser, rp)["access_token"]
    browser.get("/userinfo", headers=bearer(token))
    crowded.db.cacheMinimize()
    read.clear()
    browser.get("/userinfo", headers=bearer(token))
    assert read.count("OOBucket") == 1
    assert {"Authorization", "Grant", "User"} <= set(read)


@pytest.fixture
def rested(op, alice):
    """A client, its browser, and what a code flow gave it."""
    rp = op.add_client("offline")
    rp.scope = OFFLINE
    browser = op.browser()
    return rp, browser, code_flow(op, browser, rp)


def test_what_was_stored_before_there_were_references(op, rested, alice):
    rp, browser, answer = rested
    with op.provider() as provider:
        for authorization in dict(provider.authorizations.tree().items()).values():
            authorization.grant.person = None
            authorization.grant = None
    browser.get("/userinfo", headers=bearer(answer["access_token"]))
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    token_request(browser, rp, **refresh)
    with op.provider() as provider:
        found = [one.grant for _, one in provider.authorizations.tree().items()]
        assert None not in found


def test_a_person_who_is_deleted_leaves_nothing_in_what_rests_on_them(op, rested):
    rp, browser, answer = rested
    with op.provider() as provider:
        alice = provider.users.by_username("alice")
        alice.extra["badge"] = 7
        provider.users.delete(alice, now=1)
    browser.get("/userinfo", headers=bearer(answer["access_token"]), status=401)
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    assert token_request(browser, rp, status=400, **refresh)["error"] == "invalid_grant"
    with op.provider() as provider:
        for grant in dict(provider.grants.tree().items()).values():
            assert (grant.person.name, grant.person.email) == (None, None)
            assert dict(grant.person.extra) == {}


@pytest.fixture
def elsewhere(op):
    """Another transaction on the same database, which commits when it is told to."""
    manager = TransactionManager(explicit=True)
    manager.begin()
    connection = op.db.open(manager)
    yield manager, provider_in(connection.root())
    manager.abort()
    connection.close()


def test_a_grant_does_not_keep_a_person_who_is_deleted_at_that_moment(op, alice, elsewhere):
    manager, theirs = elsewhere
    person = theirs.users.by_username("alice")
    theirs.grants.obtain(person.id, "rp", now=1, account=person)
    with op.provider() as provider:
        provider.users.delete(provider.users.by_username("alice"), now=1)
    with pytest.raises(ConflictError):
        manager.commit()


def test_a_grant_that_begins_anew_is_not_swept_at_that_moment(op, alice, elsewhere):
    manager, theirs = elsewhere
    late = 2**40
    with op.provider() as provider:
        person = provider.users.by_username("alice")
        key = f"{person.id}:rp"
        provider.grants.obtain(person.id, "rp", now=1, account=person).end(now=1)
    manager.abort()
    manager.begin()
    with op.provider() as provider:
        provider.grants.get(person.id, "rp").allow(("openid",), now=late)
        assert sweep_shard(theirs.grants.tree().shard(key), [key], now=late) == 1
    with pytest.raises(ConflictError):
        manager.commit()
