"""``oidc-pyramid move``: what can be told of a server that was not stopped."""

import pytest

from oidc_pyramid.models.users import User
from oidc_pyramid.scripts import move
from oidc_pyramid.scripts.deployment import Deployment


@pytest.mark.parametrize("target", ["file://{}/new/Data.fs", "sqlite://{}/new"])
def test_a_database_that_changes_meanwhile(terminal, monkeypatch, target):
    transfer = move.transfer

    def with_a_rival(source, db, note):
        copied = transfer(source, db, note)
        rival = Deployment(str(terminal.ini))
        rival.change(lambda provider: provider.users.add(User("carol", now=0)))
        return copied

    monkeypatch.setattr(move, "transfer", with_a_rival)
    said = terminal.fails("move", target.format(terminal.directory))
    assert "changed meanwhile: stop the server" in said


def test_a_target_that_is_no_storage(terminal):
    assert "is not known" in terminal.fails("move", "ftp://example.test/db")


def test_the_same_database(terminal):
    assert "nothing in it was changed" in terminal.fails(
        "move", f"sqlite://{terminal.directory}/var/oidc"
    )
