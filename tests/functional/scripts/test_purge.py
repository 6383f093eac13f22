"""``oidc-pyramid purge``: what has expired goes, what lives stays."""

import time

import pytest

from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.scripts.deployment import Deployment


def test_nothing_to_do(terminal):
    removed = terminal.json("purge")
    assert {"authorizations", "sessions", "browsers", "denylist", "grants", "keys"} <= set(removed)
    assert not any(removed.values())
    assert "authorizations: 0" in terminal.says("purge")


def test_expired_things_go_batch_by_batch(terminal):
    terminal.set(sweep_batch="3")
    now = int(time.time())

    def fill(provider):
        for number in range(40):
            dead = Authorization(f"dead:{number}", now=now - 9 * 86400)
            dead.keep_until = now - 1
            provider.authorizations.add(dead)
            provider.denylist.deny(f"token{number}", now - 1)
        alive = Authorization("alive", now=now)
        alive.keep_until = now + 600
        provider.authorizations.add(alive)
        provider.denylist.deny("token", now + 600)

    Deployment(str(terminal.ini)).change(fill)
    removed = terminal.json("purge")
    assert (removed["authorizations"], removed["denylist"]) == (40, 40)
    with terminal.provider() as provider:
        assert provider.authorizations.get("alive") is not None
        assert "token" in provider.denylist
        assert provider.authorizations.swept("dead:1", now - 1)
    assert terminal.json("purge")["authorizations"] == 0


def test_the_space_is_given_back(terminal):
    now = int(time.time())

    def fill(provider):
        for number in range(40):
            provider.authorizations.add(Authorization(f"dead:{number}", now=now - 9 * 86400))

    Deployment(str(terminal.ini)).change(fill)
    assert terminal.json("purge", "--pack")["authorizations"] == 40
    with terminal.provider() as provider:
        assert provider.users.by_username("alice") is not None


@pytest.mark.parametrize("days", ["-1", "nan", "inf", "1e7"])
def test_days_that_no_clock_goes_back_to(terminal, days):
    result = terminal.run("pack", "--days", days)
    assert result.exit_code == 2
    assert "days are from 0 to 36500" in result.output
