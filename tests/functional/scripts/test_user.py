"""``oidc-pyramid user``."""

import os
import pty
import subprocess
import sys

import pytest

from oidc_pyramid.models.users import User
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.scripts.deployment import Deployment

PASSWORD = "correct horse battery staple"


def add(terminal, name="carol", *options):
    return terminal.json("user", "add", name, "--password-stdin", *options, typed=PASSWORD + "\n")


def password_is(terminal, name, password):
    with terminal.provider() as provider:
        hashed = provider.users.by_username(name).password_hash
    return Passwords(Deployment(str(terminal.ini)).settings).verify(hashed, password)


def test_add(terminal):
    person = add(
        terminal, "carol", "--name", "Carol C.", "--email", "c@example.com", "--email-verified"
    )
    assert person["username"] == "carol"
    assert person["name"] == "Carol C."
    assert person["email_verified"] is True
    assert "password_hash" not in person
    assert password_is(terminal, "carol", PASSWORD)


def test_add_says_what_was_added(terminal):
    said = terminal.says("user", "add", "carol", "--password-stdin", typed=PASSWORD + "\n")
    assert "carol can sign in." in said
    assert PASSWORD not in said


def test_an_address_is_not_verified_by_itself(terminal):
    assert "email_verified" not in add(terminal, "carol", "--email", "c@example.com")


@pytest.mark.parametrize("name", ["alice", "ALICE", "\uff41lice"])
def test_a_name_that_is_taken(terminal, name):
    sentence = terminal.fails("user", "add", name, "--password-stdin", typed=PASSWORD)
    assert "is taken" in sentence


@pytest.mark.parametrize("name", ["", "two words", "a\u200bb", "\u0430lice"])
def test_a_name_that_nobody_can_have(terminal, name):
    assert "user name" in terminal.fails("user", "add", name, "--password-stdin", typed=PASSWORD)


@pytest.mark.parametrize("password", ["short", "x" * 1025])
def test_passwords_have_a_length(terminal, password):
    assert "password" in terminal.fails("user", "add", "carol", "--password-stdin", typed=password)


def test_no_password_came(terminal):
    assert "no password" in terminal.fails("user", "add", "x", "--password-stdin", typed="", code=2)


def test_no_terminal_to_ask_at(terminal):
    assert "--password-stdin" in terminal.fails("user", "add", "carol", code=2)


def test_a_password_is_no_argument(terminal):
    assert "No such option" in terminal.fails("user", "add", "carol", "--password", "x", code=2)


def test_the_password_is_asked_for_twice_and_not_shown(terminal):
    arguments = ["-c", str(terminal.ini), "user", "add", "carol"]
    shown = at_a_terminal(arguments, [PASSWORD, PASSWORD])
    assert "Password: " in shown
    assert "Repeat for confirmation: " in shown
    assert PASSWORD not in shown
    assert "carol can sign in." in shown
    assert password_is(terminal, "carol", PASSWORD)


# A session leader without a terminal gets the first one that it opens.
PROGRAM = """
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))
from oidc_pyramid.scripts import main
main(sys.argv[1:])
"""


def at_a_terminal(arguments, answers):
    """What a pseudo-terminal shows while each question is answered."""
    screen, line = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, *arguments],
        stdin=line,
        stdout=line,
        stderr=line,
        start_new_session=True,
    )
    os.close(line)
    shown = "".join(pieces(screen, list(answers)))
    os.close(screen)
    assert child.wait(60) == 0, shown
    return shown


def pieces(screen, answers):
    shown = ""
    while True:
        try:
            piece = os.read(screen, 4096).decode()
        except OSError:  # Linux says EIO when the last program has left the terminal
            return
        if not piece:
            return
        yield piece
        shown += piece
        if answers and shown.rstrip().endswith(":"):
            os.write(screen, answers.pop(0).encode() + b"\n")
            shown = ""


def test_list(terminal):
    lines = terminal.says("user", "list").splitlines()
    assert lines[0].split() == ["USERNAME", "STATE", "NAME", "EMAIL", "CREATED"]
    assert [line.split()[0] for line in lines[1:]] == ["alice", "bob"]
    assert [one["username"] for one in terminal.json("user", "list")] == ["alice", "bob"]


def test_an_empty_list(terminal):
    for name in ("alice", "bob"):
        terminal.says("user", "delete", name, "--yes")
    assert terminal.json("user", "list") == []
    assert "nobody yet" in terminal.says("user", "list")


@pytest.fixture
def crowd(terminal):
    """Twenty-five more, of whom one has an address that begins as none of the names do."""

    def join(provider):
        for number in range(24):
            name = f"carl{number:02}"
            provider.users.add(User(name, now=1, email=f"{name}@example.com"))
        provider.users.add(User("zoe", now=1, email="Carla@example.com"))

    Deployment(str(terminal.ini)).change(join)
    return terminal


def test_a_search_page_by_page(crowd):
    first = crowd.json("user", "list", "--search", "CARL")
    assert [one["username"] for one in first["users"]] == [f"carl{n:02}" for n in range(20)]
    second = crowd.json("user", "list", "--search", "CARL", "--after", first["after"])
    names = [one["username"] for one in second["users"]]
    while second["after"]:
        second = crowd.json("user", "list", "--search", "CARL", "--after", second["after"])
        names += [one["username"] for one in second["users"]]
    assert names == ["carl20", "carl21", "carl22", "carl23", "zoe"]


def test_a_search_for_people(crowd):
    said = crowd.run("user", "list", "--search", "carl", "--limit", "2")
    assert [line.split()[0] for line in said.stdout.splitlines()] == [
        "USERNAME",
        "carl00",
        "carl01",
    ]
    assert said.stderr.startswith("There may be more: --after ")
    assert crowd.says("user", "list", "--search", "nobody") == (
        "Nobody's user name or e-mail address begins with 'nobody'.\n"
    )


def test_pages_of_everybody(crowd):
    page = crowd.json("user", "list", "--limit", "1000")
    assert len(page["users"]) == 27
    assert page["after"] is None
    crowd.fails("user", "list", "--limit", "0", code=2)


def test_no_cursor(crowd):
    for text in ("x", "W10", "\u00e4", "e30"):
        assert "not where a page ended" in crowd.fails("user", "list", "--after", text)


def test_show_by_name_in_any_spelling_and_by_id(terminal):
    person = terminal.json("user", "show", "Alice")
    assert person["email"] == "alice@example.com"
    assert terminal.json("user", "show", person["id"]) == person
    said = terminal.says("user", "show", "alice")
    assert "Alice Liddell" in said
    assert "argon2" not in said


@pytest.mark.parametrize("command", ["show", "update", "disable", "enable", "delete", "passwd"])
def test_nobody_of_that_name(terminal, command):
    assert "there is nobody called zoe" in terminal.fails("user", command, "zoe")


def test_update(terminal):
    person = terminal.json("user", "update", "alice", "--email", "new@example.com", "--website", "")
    assert person["email"] == "new@example.com"
    assert "email_verified" not in person
    assert "website" not in person


def test_rename(terminal):
    assert terminal.json("user", "update", "alice", "--rename", "Alicia")["username"] == "Alicia"
    assert "is taken" in terminal.fails("user", "update", "bob", "--rename", "ALICIA")
    assert "user name" in terminal.fails("user", "update", "bob", "--rename", "a b")


def test_passwd_ends_what_was_before(terminal):
    with terminal.provider() as provider:
        before = provider.users.by_username("alice").generation
    terminal.says("user", "passwd", "alice", "--password-stdin", typed=PASSWORD + "\r\n")
    assert password_is(terminal, "alice", PASSWORD)
    assert not password_is(terminal, "alice", "wonderland")
    with terminal.provider() as provider:
        assert provider.users.by_username("alice").generation > before


def test_disable_and_enable(terminal):
    terminal.says("user", "disable", "alice")
    assert terminal.json("user", "show", "alice")["state"] == "disabled"
    terminal.says("user", "enable", "alice")
    assert terminal.json("user", "show", "alice")["state"] == "active"


def test_delete_asks_first(terminal):
    result = terminal.run("user", "delete", "alice", typed="n\n")
    assert result.exit_code == 1
    assert "Delete alice for ever?" in result.stderr
    terminal.says("user", "delete", "alice", typed="y\n")
    assert "nobody called alice" in terminal.fails("user", "show", "alice")


def test_what_is_shown_stays_on_its_line(terminal):
    terminal.says("user", "update", "alice", "--address-formatted", "1 Road\nTown")
    shown = terminal.says("user", "show", "alice")
    assert not [line for line in shown.splitlines() if line.startswith("Town")]
    assert terminal.json("user", "show", "alice")["address_formatted"] == "1 Road\nTown"


def test_claims_that_others_should_not_be_told_are_refused(terminal):
    for option, value in (("--name", "A\x1b[31mB\nC"), ("--picture", "javascript:alert(1)")):
        assert "must" in terminal.fails("user", "update", "alice", option, value)
