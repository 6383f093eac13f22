"""Who is found by the first letters of what they are called."""

from base64 import urlsafe_b64encode

import pytest

from oidc_pyramid.models.directory import cursor, entry_at
from oidc_pyramid.models.evolve import step_4
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.users import User, Users


@pytest.fixture
def users():
    found = Users()
    for name, email in (
        ("Alice", "alice@example.com"),
        ("albert", None),
        ("bob", "Al@example.com"),
        ("\u00c9mile", "Stra\u00dfe@example.com"),
    ):
        found.add(User(name, now=1, email=email))
    return found


def names(users, text, **how):
    return [one.username for one in users.search(text, limit=9, **how).people]


def test_names_come_first_and_nobody_twice(users):
    assert names(users, "al") == ["albert", "Alice", "bob"]


@pytest.mark.parametrize("text", ["ALICE", "\uff41lice", "alice@EXAMPLE"])
def test_any_spelling(users, text):
    assert names(users, text) == ["Alice"]


def test_letters_of_others(users):
    assert names(users, "e\u0301m") == ["\u00c9mile"]
    assert names(users, "strass") == ["\u00c9mile"]


def test_everybody_by_name(users):
    assert names(users, "") == ["albert", "Alice", "bob", "\u00c9mile"]


def test_nobody(users):
    assert names(users, "zz") == []
    assert names(users, "\U0010ffff") == []


def test_pages_meet(users):
    seen, after = [], None
    while True:
        page = users.search("al", limit=1, after=after)
        seen += [one.username for one in page.people]
        after = page.after
        if after is None:
            break
        assert entry_at(cursor(after)) == after
    assert seen == ["albert", "Alice", "bob"]


def test_a_page_goes_on_where_somebody_was_deleted(users):
    first = users.search("al", limit=1)
    users.delete(first.people[0], now=2)
    assert names(users, "al", after=first.after) == ["Alice", "bob"]


def test_what_is_looked_at_is_bounded(users):
    for number in range(50):
        users.add(User(f"x{number:02}", now=1, email=f"x{number:02}@example.com"))
    after = users.search("x", limit=50).after
    page = users.search("x", limit=5, after=after)
    assert page.people == ()
    assert page.after == (2, "x09@example.com", page.after[2])


def test_another_name_and_another_address(users):
    alice = users.by_username("alice")
    users.rename(alice, "Lizzy")
    alice.update({"email": "liddell@example.com"}, now=2)
    assert names(users, "al") == ["albert", "bob"]
    assert names(users, "li") == ["Lizzy"]
    assert names(users, "liddell") == ["Lizzy"]
    alice.update({"email": None}, now=3)
    assert names(users, "liddell") == []


def test_who_is_deleted_is_not_found(users):
    alice = users.by_username("alice")
    users.delete(alice, now=2)
    assert names(users, "ali") == []
    alice.update({"email": "again@example.com"}, now=3)
    assert names(users, "again") == []


def test_an_older_database_gets_one(users):
    provider = Provider(b"a secret for tests alone: 0123456789", now=1)
    before = list(users.directory())
    provider.users = users
    del users._directory
    step_4.run(provider)
    assert list(users.directory()) == before


def test_a_cursor_that_is_nested_deeply():
    text = urlsafe_b64encode(b"[" * 50_000).decode()
    with pytest.raises(ValueError, match="not where a page ended"):
        entry_at(text)
