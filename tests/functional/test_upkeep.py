"""The sweep of the running server: markers stay until they expire, live things never go."""

import dataclasses
import threading
import time
from collections import Counter
from unittest.mock import Mock

import pytest

from oidc_pyramid import upkeep
from oidc_pyramid.models.clients import Client, Clients
from oidc_pyramid.models.shards import WIDTH
from oidc_pyramid.storage import packing
from oidc_pyramid.testing import answer_of, authorize, redeem, token_request
from oidc_pyramid.upkeep import ROUND, one_round, pack_if_due, sweep

DAY = 24 * 3600


def everything(op, now):
    return sweep(op.db, op.runtime.settings, range(WIDTH), now=now)


def test_rf_10_markers_outlive_the_sweep(op, rp, alice, browser):
    code = answer_of(authorize(op, browser, rp))["code"]
    tokens = redeem(browser, rp, code)
    first = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    second = token_request(browser, rp, **first)
    everything(op, int(time.time()) + 3600)
    assert redeem(browser, rp, code, status=400)["error"] == "invalid_grant"
    refused = token_request(
        browser,
        rp,
        status=400,
        grant_type="refresh_token",
        refresh_token=second["refresh_token"],
    )
    assert refused["error"] == "invalid_grant"


def test_a_code_whose_marker_may_be_gone_is_refused(op, rp, alice, browser, time_machine):
    now = int(time.time())
    time_machine.move_to(now)
    code = answer_of(authorize(op, browser, rp))["code"]
    with op.provider() as provider:
        for shard in provider.authorizations.tree().shards():
            shard.swept_until = now + 3600
    assert redeem(browser, rp, code, status=400)["error"] == "invalid_grant"


def test_everything_goes_in_the_end(op, rp, alice, browser):
    rp.scope = "openid offline_access"
    redeem(browser, rp, answer_of(authorize(op, browser, rp))["code"])
    removed = everything(op, int(time.time()) + 400 * DAY)
    assert removed["authorizations"] == removed["sessions"] == removed["browsers"] == 1
    assert not any(everything(op, int(time.time()) + 400 * DAY).values())


def test_one_process_of_the_deployment_sweeps(op):
    now, settings = 1_800_000_000, op.runtime.settings
    assert one_round(op.db, settings, "first", now=now) is not None
    with op.provider() as provider:
        assert not provider.sweep_mark.claim("second", now=now + 1, interval=300)
        assert provider.sweep_mark.claim("second", now=now + 601, interval=300)


def rounds(op, now, number):
    """How many entries of the denylist each round removes."""
    settings = op.runtime.settings
    for turn in range(number):
        yield one_round(op.db, settings, "one", now=now + turn * settings.sweep_interval)[
            "denylist"
        ]


def test_a_round_looks_at_a_part_and_all_rounds_at_everything(op):
    with op.provider() as provider:
        for number in range(2000):
            provider.denylist.deny(f"token{number}", 1)
    removed = list(rounds(op, 1_800_000_000, WIDTH // ROUND))
    assert min(removed) > 100
    assert sum(removed) == 2000


def test_full_shards_take_more_rounds_not_longer_ones(op, monkeypatch):
    monkeypatch.setattr(upkeep, "LOOKS", 100)
    with op.provider() as provider:
        for number in range(2000):
            provider.denylist.deny(f"token{number}", 1)
    removed = list(rounds(op, 1_800_000_000, 30))
    assert max(removed) < 200
    assert sum(removed) == 2000


def test_dynamic_clients_that_nobody_used_go(op, alice, browser):
    now = int(time.time())
    with op.provider() as provider:
        for name, dynamic, used in (("a", True, False), ("b", True, True), ("c", False, False)):
            client = Client(name, now=now - 31 * DAY)
            client.dynamic, client.used = dynamic, used
            provider.clients.add(client)
    assert everything(op, now)["clients"] == 1
    with op.provider() as provider:
        assert sorted(client.client_id for client in provider.clients) == ["b", "c"]


def test_each_client_is_looked_at_once_in_its_life(make_op, monkeypatch):
    op = make_op(**{"oidc.sweep_batch": "10"})
    now = int(time.time())
    with op.provider() as provider:
        for number in range(60):
            client = Client(f"c{number}", now=now - (number % 3) * 20 * DAY)
            client.dynamic, client.used = number % 2 == 0, number % 4 == 0
            provider.clients.add(client)
    looked, get = [], Clients.get
    monkeypatch.setattr(Clients, "get", lambda self, name: looked.append(name) or get(self, name))
    monkeypatch.setattr(Clients, "__iter__", None)
    due = [f"c{number}" for number in range(2, 60, 6) if number % 2 == 0]
    assert everything(op, now)["clients"] == len([n for n in due if int(n[1:]) % 4])
    assert sorted(looked) == sorted(due)
    looked.clear()
    assert everything(op, now)["clients"] == 0
    assert looked == []
    with op.provider() as provider:
        assert len(provider.clients) == len(list(provider.clients.ids())) == 55


def test_clients_stay_for_ever_where_that_is_wanted(make_op):
    op = make_op(**{"oidc.registration_unused_expire": "0"})
    with op.provider() as provider:
        client = Client("a", now=1)
        client.dynamic = True
        provider.clients.add(client)
    assert everything(op, int(time.time()))["clients"] == 0


def test_another_client_with_the_same_id_is_not_meant(op):
    now = int(time.time())
    with op.provider() as provider:
        first = Client("a", now=now - 40 * DAY)
        first.dynamic = True
        provider.clients.add(first)
        provider.clients.delete(first, now=now)
        provider.clients.add(Client("a", now=now - 40 * DAY))
    assert everything(op, now)["clients"] == 0


def test_dynamic_clients_stay_that_never_redeem_a_code(make_op):
    op = make_op(**{"oidc.response_types": "code, id_token"})
    op.add_user("alice", "wonderland")
    browser = op.browser()
    front = op.add_client(
        "front", response_types=("id_token",), grant_types=("implicit",), dynamic=True
    )
    alone = op.add_client(
        "alone", scope=("api",), grant_types=("client_credentials",), dynamic=True
    )
    answer = answer_of(authorize(op, browser, front, response_type="id_token", nonce="n"))
    assert "id_token" in answer
    token_request(browser, alone, grant_type="client_credentials", scope="api")
    assert everything(op, int(time.time()) + 31 * DAY)["clients"] == 0


def test_the_worker_of_a_served_application_removes_what_has_expired(make_op):
    op = make_op(**{"oidc.sweep_interval": "1"})
    with op.provider() as provider:
        for number in range(600):
            provider.denylist.deny(f"token{number}", 1)
    op.browser().get("/.well-known/openid-configuration")
    op.browser().get("/jwks")
    deadline = time.monotonic() + 20
    left = 600
    while left == 600 and time.monotonic() < deadline:
        time.sleep(0.2)
        with op.provider() as provider:
            left = len(provider.denylist.tree())
    op.runtime.upkeep.stop()
    assert left < 600


def test_a_part_that_fails_keeps_the_others_going(op, rp, alice, browser, monkeypatch, caplog):
    """A broken shard, or a client that can't be removed: the keys are tended, the rest is swept."""
    rp.scope = "openid offline_access"
    redeem(browser, rp, answer_of(authorize(op, browser, rp))["code"])
    later = int(time.time()) + 400 * DAY
    sweep_index, broken = upkeep._sweep_index, 3

    def fail(db, settings, index, now):
        if index == broken:
            raise OSError("a bad disk")
        return sweep_index(db, settings, index, now)

    def refuse(*_):
        raise OSError("a bad disk")

    monkeypatch.setattr(upkeep, "_sweep_index", fail)
    monkeypatch.setattr(upkeep, "_unused_clients", refuse)
    with op.provider() as provider:
        ring = provider.keys
        kid = ring.keys[0].kid
        ring.retire(ring.keys[0], now=1, keep=1)
    removed = Counter()
    for step in range(WIDTH // ROUND):
        removed += one_round(op.db, op.runtime.settings, "us", now=later + 300 * step)
    with op.provider() as provider:
        assert provider.keys.get(kid).state == "retired"
    assert removed["authorizations"] + removed["sessions"] + removed["browsers"] >= 2
    assert "shard 3 was not swept" in caplog.text
    assert "unused clients were not removed" in caplog.text


def test_a_family_is_kept_as_long_as_it_may_be_refreshed(op, rp, alice, browser, time_machine):
    """Not for the whole of its absolute lifetime: whoever never refreshes leaves it in a month."""
    begun = int(time.time())
    time_machine.move_to(begun)
    rp.scope = "openid offline_access"
    idle = redeem(browser, rp, answer_of(authorize(op, browser, rp))["code"])
    used = redeem(browser, rp, answer_of(authorize(op, browser, rp))["code"])
    for month in range(1, 4):
        time_machine.move_to(begun + month * 29 * DAY)
        fields = {"grant_type": "refresh_token", "refresh_token": used["refresh_token"]}
        used = token_request(op.browser(), rp, **fields)
        everything(op, int(time.time()) + 4 * DAY)
    with op.provider() as provider:
        assert len(list(provider.authorizations.tree().items())) == 1
    fields = {"grant_type": "refresh_token", "refresh_token": idle["refresh_token"]}
    token_request(op.browser(), rp, status=400, **fields)


@pytest.fixture
def filed(make_op, tmp_path):
    """A provider in a file, with something to pack away."""
    op = make_op(**{"zodbconn.uri": f"file://{tmp_path}/Data.fs", "oidc.pack_interval": "1d"})
    for number in range(50):
        with op.provider() as provider:
            provider.site_text = "x" * 10_000 + str(number)
    yield op
    op.db.close()


def test_the_server_packs_its_own_database(filed):
    """A FileStorage is locked by it: nobody else could."""
    now, settings, size = 1_800_000_000, filed.runtime.settings, filed.db.getSize()
    assert not pack_if_due(filed.db, settings, now=now)
    assert not pack_if_due(filed.db, settings, now=now + DAY - 1)
    assert filed.db.getSize() >= size
    assert pack_if_due(filed.db, settings, now=now + DAY)
    assert filed.db.getSize() < size - 400_000
    assert not pack_if_due(filed.db, settings, now=now + 2 * DAY - 1)


def test_what_was_replaced_lately_may_be_kept(make_op, filed):
    now = int(time.time())
    settings = dataclasses.replace(filed.runtime.settings, pack_keep=3600)
    assert not pack_if_due(filed.db, settings, now=now - DAY)
    size = filed.db.getSize()
    assert pack_if_due(filed.db, settings, now=now)
    assert filed.db.getSize() >= size


def test_one_of_several_processes_packs(filed):
    now, due = 1_800_000_000, []
    for moment in (now, now + DAY, now + DAY, now + DAY + 5):
        with filed.provider() as provider:
            due.append(provider.sweep_mark.claim_pack(now=moment, interval=DAY))
    assert due == [False, True, False, False]


def test_a_clock_that_was_ahead_puts_no_pack_off_for_years(filed):
    with filed.provider() as provider:
        mark = provider.sweep_mark
        mark.note_pack(now=2_000_000_000)
        assert not mark.claim_pack(now=1_800_000_000, interval=DAY)
        assert mark.claim_pack(now=1_800_000_000 + DAY, interval=DAY)


def test_no_pack_where_the_disk_would_fill(filed, monkeypatch, caplog):
    now = 1_800_000_000
    monkeypatch.setattr(packing.shutil, "disk_usage", lambda _: Mock(free=100))
    pack_if_due(filed.db, filed.runtime.settings, now=now)
    assert not pack_if_due(filed.db, filed.runtime.settings, now=now + DAY)
    assert "of free space" in caplog.text


def test_a_database_of_others_is_not_packed(make_op):
    op = make_op(**{"oidc.pack_interval": "1d"})
    now = 1_800_000_000
    pack_if_due(op.db, op.runtime.settings, now=now)
    assert not pack_if_due(op.db, op.runtime.settings, now=now + DAY)


def test_the_worker_of_a_served_application_packs(make_op, tmp_path):
    op = make_op(**{"zodbconn.uri": f"sqlite://{tmp_path}/db", "oidc.pack_interval": "1"})
    packed = threading.Event()
    pack, op.db.pack = op.db.pack, lambda **arguments: (pack(**arguments), packed.set())
    op.browser().get("/jwks")
    assert packed.wait(20)
    op.runtime.packing.stop()
    op.db.close()


class StartsLater:
    """A worker whose thread the system does not give at first."""

    started = 0

    def start(self):
        self.started += 1
        if self.started == 1:
            raise RuntimeError("can't start new thread")


def test_work_that_could_not_start_is_tried_again_and_then_left_alone(op):
    worker = StartsLater()
    runtime = op.runtime
    runtime.workers.append(worker)
    runtime.working = 0
    with pytest.raises(RuntimeError):
        runtime.begin_work()
    for _ in range(3):
        runtime.begin_work()
    assert worker.started == 2
