"""``oidc-pyramid secret``: a new one in the place of the old, and nobody notices."""

import stat

import pytest

from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.keys import CURRENT
from oidc_pyramid.protocol.wrap import wrap
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.testing import bearer, code_flow, make_provider

OLD, NEW = (
    "b6f1Vb0JjRzq3H0m1eL7d5tXw9cKyN2aPgUu8iQs4oE",
    "m2xT7yKq9rVw0cZd3nLh5uAe8sJp1bGf6iOt4kXvQyM",
)
JWT = {
    "oidc.client_auth": "client_secret_basic client_secret_jwt",
    "oidc.signing_alg": "ES256",
    "oidc.signing_algs": "ES256",
}


def test_create_makes_a_private_file_and_overwrites_none(terminal):
    path = terminal.directory / "var" / "next"
    terminal.says("secret", "create", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = path.read_text()
    assert "exists" in terminal.fails("secret", "create", str(path))
    assert path.read_text() == made


def test_rewrap(terminal):
    def add(provider):
        client = Client("rp", now=0, token_endpoint_auth_method="client_secret_jwt")
        client.set_secret("the secret itself", under=Deployment(str(terminal.ini)).settings.secret)
        provider.clients.add(client)

    Deployment(str(terminal.ini)).change(add)
    terminal.says("keys", "create", "--alg", "RS256", "--now")
    terminal.says("secret", "create", str(terminal.directory / "var/next"))
    before = terminal.ini.read_text()
    both = before.replace("var/secret", "var/next")
    both += "oidc.secret_previous = file:%(here)s/var/secret\n"
    terminal.write(both)
    assert "no problems" in terminal.says("verify")
    terminal.says("keys", "create", "--alg", "EdDSA", "--now")
    assert "1 roots, 3 keys, 1 clients" in terminal.says("secret", "rewrap")
    terminal.says("secret", "rewrap")
    terminal.write(before.replace("var/secret", "var/next"))
    assert "no problems" in terminal.says("verify")
    assert "keys list" not in terminal.says("keys", "rotate")
    with terminal.provider() as provider:
        secrets = Deployment(str(terminal.ini)).settings.secrets
        assert provider.clients["rp"].open_secret(secrets) == "the secret itself"
    terminal.write(before)
    assert terminal.run("verify").exit_code == 1


def test_rewrap_changes_nothing_when_one_thing_does_not_open(terminal):
    def damage(provider):
        client = Client("rp", now=0)
        client.secret_wrapped = wrap(OLD.encode(), "client/other", b"secret")
        provider.clients.add(client)

    Deployment(str(terminal.ini)).change(damage)
    terminal.says("secret", "create", str(terminal.directory / "var/next"))
    before = terminal.ini.read_text()
    previous = "oidc.secret_previous = file:%(here)s/var/secret\n"
    terminal.write(before.replace("var/secret", "var/next") + previous)
    assert "nothing was changed" in terminal.fails("secret", "rewrap")
    terminal.write(before)
    assert "1 problem." in terminal.run("verify").stdout


@pytest.fixture
def op(tmp_path):
    return f"sqlite://{tmp_path}/db"


def test_what_was_issued_outlives_the_change(op):
    """Three starts: with the old secret, with both, with the new one alone."""

    def start(**secrets):
        return make_provider(**JWT, **{"zodbconn.uri": op, **secrets})

    first = start(**{"oidc.secret": OLD})
    rp = first.add_client("rp")
    first.add_user()
    browser = first.browser()
    tokens = code_flow(first, browser, rp)
    first.db.close()

    second = start(**{"oidc.secret": NEW, "oidc.secret_previous": OLD})
    second.browser().get("/userinfo", headers=bearer(tokens["access_token"]), status=200)
    with second.provider() as provider:
        provider.rewrap(second.runtime.settings.secrets, second.runtime.settings.secret)
        assert provider.keys.in_state("ES256", CURRENT)
    code_flow(second, second.browser(), rp)
    second.db.close()

    third = start(**{"oidc.secret": NEW})
    other = third.browser()
    other.cookiejar = browser.cookiejar
    other.get("/userinfo", headers=bearer(tokens["access_token"]), status=200)
    again = code_flow(third, other, rp)
    assert again["id_token"]
    third.db.close()


def test_a_secret_that_is_there_stays(terminal, tmp_path):
    file = tmp_path / "secret-2"
    terminal.run("secret", "create", str(file))
    first = file.read_text()
    assert f"{file} exists already" in terminal.fails("secret", "create", str(file))
    assert file.read_text() == first
    assert "no directory" in terminal.fails("secret", "create", str(tmp_path / "odd" / "secret"))


def test_without_another_secret_nothing_may_go(terminal):
    assert "it was the only one" in terminal.run("secret", "rewrap").stdout
