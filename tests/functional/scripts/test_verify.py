"""``oidc-pyramid verify``: finds what is wrong, and says so by its exit code."""

import sqlite3

import pytest
from BTrees.OOBTree import OOBTree

from oidc_pyramid.models.clients import Client
from oidc_pyramid.scripts.deployment import Deployment


def test_a_sound_database(terminal):
    assert "no problems" in terminal.says("verify")


def large_tree(provider):
    """With nodes between its top and its leaves."""
    provider.trace = OOBTree({number: number for number in range(20_000)})


def test_a_large_tree(terminal):
    Deployment(str(terminal.ini)).change(large_tree)
    assert "no problems" in terminal.says("verify")


def test_a_large_tree_with_a_wrong_leaf(terminal):
    def damage(provider):
        large_tree(provider)
        leaf = provider.trace._firstbucket._next
        leaf[-1] = "before the key that leads here"

    Deployment(str(terminal.ini)).change(damage)
    assert terminal.run("verify").exit_code == 1


def no_such_name(provider):
    provider.users._by_username.remove("alice")


def name_of_nobody(provider):
    provider.users._by_username.insert("carol", "nobody")


def not_in_the_directory(provider):
    directory = provider.users.directory()
    directory.strike(provider.users.by_username("alice").entries)


def in_the_directory_for_nobody(provider):
    alice = provider.users.by_username("alice")
    provider.users.directory().enter(alice, [(1, "carol", "0" * 32)])


def address_set_beside_the_model(provider):
    provider.users.by_username("alice").email = "elsewhere@example.com"


def wrong_key(provider):
    alice = provider.users.by_username("alice")
    provider.users._by_id.replace("f" * 32, alice)


def wrong_shard(provider):
    shards = provider.denylist.tree().shards()
    token = "0" * 32
    here = shards.index(provider.denylist.tree().shard(token))
    shards[here - 1].data.insert(token, 2**40)


def wrong_client(provider):
    client = Client("one", now=0)
    provider.clients._data["another"] = client


def uncounted_client(provider):
    provider.clients._number.value += 2


def unreadable_secret(provider):
    client = Client("rp", now=0, token_endpoint_auth_method="client_secret_jwt")
    client.set_secret("a secret", under=b"another secret of more than 32 bytes")
    provider.clients.add(client)


def unreadable_key(provider):
    provider.keys.keys[0].private = b"\x01" + bytes(60)


def two_that_sign(provider):
    provider.keys.keys = provider.keys.keys * 2


@pytest.mark.parametrize(
    "damage, said",
    [
        (no_such_name, "is not found by the login name 'alice'"),
        (name_of_nobody, "'carol' leads to nobody"),
        (not_in_the_directory, "is not found by a search for 'alice'"),
        (in_the_directory_for_nobody, "a search for 'carol' finds nobody"),
        (address_set_beside_the_model, "not found by a search for 'elsewhere@example.com'"),
        (wrong_key, "holds something else"),
        (wrong_shard, "where it is not looked for"),
        (wrong_client, "'another' holds another client"),
        (uncounted_client, "and 3 were counted"),
        (unreadable_secret, "the secret of client rp does not open"),
        (unreadable_key, "does not open with oidc.secret"),
        (two_that_sign, "several keys of ES256 are current"),
    ],
)
def test_damage(terminal, damage, said):
    Deployment(str(terminal.ini)).change(damage)
    result = terminal.run("verify")
    assert result.exit_code == 1
    assert said in result.stdout


def test_a_lost_object(terminal):
    """A record that another refers to is gone."""
    with Deployment(str(terminal.ini)).database() as db, db.transaction() as connection:
        users = connection.root()["oidc_pyramid"].users
        oid = users.by_username("alice")._p_oid
    with sqlite3.connect(terminal.directory / "var/oidc/main.sqlite3") as database:
        database.execute("DELETE FROM object_state WHERE zoid = ?", (int.from_bytes(oid, "big"),))
    result = terminal.run("verify")
    assert result.exit_code == 1
    assert f"object {hex(int.from_bytes(oid, 'big'))}: POSKeyError" in result.stdout


def test_another_secret(terminal):
    terminal.set(secret_previous="")
    text = terminal.ini.read_text().replace("var/secret", "var/other")
    terminal.says("secret", "create", str(terminal.directory / "var/other"))
    terminal.write(text)
    result = terminal.run("verify")
    assert result.exit_code == 1
    assert "the vault does not open" in result.stdout
