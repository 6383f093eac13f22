"""The sweep: what lives never goes, what it removes stays refused, and writers hardly notice."""

import secrets
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transaction import TransactionManager
from ZODB.POSException import ConflictError

from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.models.browsers import Browser, Session
from oidc_pyramid.models.grants import Grant
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.registration import RegistrationToken
from oidc_pyramid.models.shards import WIDTH
from oidc_pyramid.models.sweep import jobs, look, sweep_shard
from oidc_pyramid.storage import ROOT_KEY, in_transaction
from oidc_pyramid.testing import bearer
from oidc_pyramid.upkeep import sweep
from tests.storage.places import refresh

NOW = 1_800_000_000
YEAR = 366 * 24 * 3600
SECRET = b"RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c"

expiry = st.integers(-3 * YEAR, 3 * YEAR).map(lambda distance: NOW + distance) | st.sampled_from(
    [NOW - 1, NOW, NOW + 1]
)
moments = st.lists(expiry, max_size=5)


def authorization(number, until):
    one = Authorization(f"a{number}", now=0)
    one.keep_until = until
    return one


def hint(until):
    """When somebody may have thought that it goes: at its time or before."""
    return min(until, NOW)


def put(provider, kind, number, until):
    """One thing of that kind that may go at *until*."""
    if kind == "authorizations":
        provider.authorizations.add(authorization(number, until))
    elif kind == "sessions":
        provider.browsers.add_session(Session(f"s{number}", "alice", expires_at=until))
    elif kind == "browsers":
        provider.browsers.add(Browser(f"b{number}", now=0, expires_at=until))
    elif kind == "denylist":
        provider.denylist.deny(f"d{number}", until)
    elif kind == "assertions":
        provider.assertions.insert(f"j{number}", until)
    elif kind == "registration tokens":
        token = RegistrationToken(f"t{number}", now=0, expires_at=until, uses=1)
        provider.registration_tokens.add(token)
    elif kind == "grants":
        grant = Grant("alice", f"c{number}", now=0)
        grant.end(now=until - YEAR)
        provider.grants.tree().insert(f"alice:c{number}", grant, look_at=hint(until))


KINDS = ("authorizations", "sessions", "browsers", "denylist", "assertions", "grants")


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from((*KINDS, "registration tokens")), moments))
def test_what_lives_stays_and_what_is_over_goes(things):
    provider = Provider(SECRET, now=0)
    active = Grant("alice", "active", now=0)
    provider.grants.tree().insert("alice:active", active)
    for kind, times in things.items():
        for number, until in enumerate(times):
            put(provider, kind, number, until)
    for name, shards in jobs(provider):
        for shard in shards.shards():
            sweep_shard(shard, look(shard, now=NOW).due, now=NOW)
            assert look(shard, now=NOW).due == ()
        alive = sum(until > NOW for until in things.get(name, ())) + (name == "grants")
        assert len(shards) == alive, name


def test_a_look_loads_nothing_that_is_not_due(place):
    """What it costs is what has expired: of the rest it reads the keys, many at once.

    Long ago, so that nothing of other tests is due, and no code of theirs counts as swept.
    """
    loads, long_ago = [], 10

    def fill(root):
        tree = root[ROOT_KEY].authorizations.tree()
        for shard in tree.shards():  # what other tests have left
            sweep_shard(shard, look(shard, now=long_ago).due, now=long_ago)
        for number in range(500):
            until = 1 if number < 5 else NOW + YEAR
            root[ROOT_KEY].authorizations.add(authorization(number, until))

    in_transaction(place.op.db, fill)
    with place.op.db.transaction() as connection:
        connection.cacheMinimize()
        shards = connection.root()[ROOT_KEY].authorizations.tree()
        before, after = 0, 0
        for shard in shards.shards():
            before += len(shard.data)
            sweep_shard(shard, look(shard, now=long_ago).due, now=long_ago)
            loads += [a for _, a in shards.within(shard) if a._p_changed is not None]
            after += len(shard.data)
    assert (before - after, loads) == (5, [])


def test_what_lasts_longer_than_was_known_is_looked_at_again_then():
    """A session that was prolonged, a grant that is in force: one look, not one each round."""
    provider = Provider(SECRET, now=0)
    one = provider.authorizations.add(authorization("x", NOW - 5))
    one.keep_until = NOW + 50
    grant = provider.grants.obtain("alice", "rp", now=NOW - 2 * YEAR)
    for now, due in ((NOW, 2), (NOW + 1, 0), (NOW + 50, 1)):
        found = 0
        for _, shards in jobs(provider):
            for shard in shards.shards():
                keys = look(shard, now=now).due
                found += len(keys)
                sweep_shard(shard, keys, now=now)
        assert found == due, now
    assert provider.authorizations.get("x") is None
    assert provider.grants.get("alice", "rp") is grant


def test_every_kind_of_thing_that_expires_is_swept():
    provider = Provider(SECRET, now=0)
    assert {name for name, _ in jobs(provider)} >= {*KINDS, "registration tokens"}


def test_packing_gives_the_space_of_what_was_removed_back(full):
    """And nothing else: what was given out before still works."""
    rp, person = full.client(), full.person()
    tokens = person.tokens(rp)
    sweep(full.op.db, full.op.runtime.settings, range(WIDTH), now=int(time.time()))
    before = len(full.op.db.storage)
    full.op.db.pack()
    if full.name != "postgresql":  # which guesses how many rows it has
        assert len(full.op.db.storage) < before - 900
    newer = full.token(rp, **refresh(tokens))
    headers = bearer(newer["access_token"])
    assert person.browser.get("/userinfo", headers=headers).json["sub"] == person.id


@pytest.fixture
def full(place):
    """A database with a lot that has expired."""

    def fill(root):
        provider = root[ROOT_KEY]
        for number in range(1000):
            provider.authorizations.add(authorization(f"{secrets.token_hex(8)}-{number}", 1))

    in_transaction(place.op.db, fill)
    return place


def test_writers_hardly_notice_the_sweep(full):
    """Conflicts of two writers while the whole is swept: a few in a hundred at most."""
    over = threading.Event()
    done = [0, 0]

    def write():
        while not over.is_set():
            done[1] += not inserted(full.op.db)
            done[0] += 1

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    now = int(time.time())
    removed = sweep(full.op.db, full.op.runtime.settings, range(0, WIDTH, 4), now=now)
    over.set()
    for writer in writers:
        writer.join()
    commits, conflicts = done
    assert removed["authorizations"] >= 100
    assert commits > 50
    assert conflicts <= max(3, commits * 0.05)


def inserted(db):
    """Insert one authorization as a redemption does; False after a conflict."""
    manager = TransactionManager(explicit=True)
    connection = db.open(manager)
    manager.begin()
    try:
        authorizations = connection.root()[ROOT_KEY].authorizations
        one = authorization(secrets.token_hex(16), int(time.time()) + 3600)
        authorizations.swept(one.id, one.keep_until)
        authorizations.add(one)
        manager.commit()
    except ConflictError:
        manager.abort()
        return False
    else:
        return True
    finally:
        connection.close()


def test_a_sweep_leaves_no_loaded_things_behind(full):
    """The cache is for those who are here."""
    now = int(time.time())
    in_transaction(
        full.op.db,
        lambda root: [
            root[ROOT_KEY].authorizations.add(authorization(secrets.token_hex(16), now + 3600))
            for _ in range(200)
        ],
    )
    with full.op.db.transaction() as connection:
        connection.cacheMinimize()
        name, shards = next(jobs(connection.root()[ROOT_KEY]))
        assert name == "authorizations"
        for shard in shards.shards()[:32]:
            sweep_shard(shard, [key for key, _ in shards.within(shard)], now=now)
            assert [a for _, a in shards.within(shard) if a._p_changed is not None] == []


def test_one_process_sweeps(two):
    """The mark is claimed by one of those who come at once."""
    now = int(time.time())
    claims = []

    def claim(owner):
        claims.append(
            in_transaction(
                two.op.db,
                lambda root: root[ROOT_KEY].sweep_mark.claim(owner, now=now, interval=300),
            )
        )

    in_transaction(two.op.db, lambda root: setattr(root[ROOT_KEY].sweep_mark, "seen_at", 0))
    threads = [threading.Thread(target=claim, args=(f"p{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claims) == [False, False, False, True]


def test_two_who_insert_into_one_leaf_do_not_hinder_each_other(place):
    """What lies beside an object is resolved with it: different keys of one shard both commit."""
    managers = [TransactionManager(explicit=True) for _ in range(2)]
    connections = [place.op.db.open(manager) for manager in managers]
    for manager in managers:
        manager.begin()
    shards = [connection.root()[ROOT_KEY].authorizations.tree() for connection in connections]
    keys = (secrets.token_hex(8) for _ in range(10_000))
    first = next(keys)
    second = next(k for k in keys if shards[0].shard(k) is shards[0].shard(first))
    for connection, key in zip(connections, (first, second), strict=True):
        one = Authorization(key, now=0)
        one.keep_until = NOW
        connection.root()[ROOT_KEY].authorizations.add(one)
    for manager in managers:
        manager.commit()
    for connection in connections:
        connection.close()
    with place.op.provider() as provider:
        assert {a.id for _, a in provider.authorizations.tree().items()} >= {first, second}
