"""``oidc-pyramid init``: everything once, nothing twice, nothing lost."""

import stat
import subprocess
import sys

from pyramid.paster import get_appsettings

from oidc_pyramid import founding
from oidc_pyramid.models.keys import CURRENT
from oidc_pyramid.scripts.deployment import Deployment, in_transaction


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_init_creates_what_is_needed_and_says_so(fresh):
    said = fresh.says("init")
    for word in ("secret", "database", "ES256 key", "alice, password wonderland", "bob", "demo"):
        assert word in said
    assert mode(fresh.directory / "var" / "secret") == 0o600
    assert mode(fresh.directory / "var") == 0o700
    with fresh.provider() as provider:
        assert provider.users.by_username("alice").password_hash.startswith("$argon2id$")
        assert provider.clients.get("demo") is not None
        assert provider.keys.in_state("ES256", CURRENT) is not None


def test_init_again_changes_nothing(terminal):
    before = everything(terminal)
    assert "nothing was changed" in terminal.says("init")
    assert everything(terminal) == before


def everything(terminal):
    with terminal.provider() as provider:
        kids = [key.kid for key in provider.keys.keys]
        hashes = [person.password_hash for person in provider.users]
    return (terminal.directory / "var" / "secret").read_bytes(), kids, hashes


def test_init_adds_the_key_of_a_new_algorithm(terminal):
    terminal.set(signing_algs="ES256 EdDSA")
    said = terminal.says("init")
    assert "EdDSA key" in said
    assert "ES256 key" not in said


def test_init_adds_what_was_deleted_of_the_development_data(terminal):
    terminal.says("user", "delete", "bob", "--yes")
    said = terminal.says("init")
    assert "bob" in said
    assert "alice" not in said


def test_the_clients_of_the_playground_follow_the_issuer(terminal):
    terminal.set(include="oidc_pyramid.playground")
    assert "Added the client playground (" in terminal.says("init")
    with terminal.provider() as provider:
        uris = [
            provider.clients[name].redirect_uris for name in ("playground", "playground-public")
        ]
        secrets = provider.clients["playground"].secrets
    assert uris == [("http://localhost:6543/playground/callback",)] * 2
    terminal.write(terminal.ini.read_text().replace("localhost:6543", "localhost:8888"))
    assert "playground-public follows the issuer" in terminal.says("init")
    with terminal.provider() as provider:
        assert "8888" in provider.clients["playground"].redirect_uris[0]
        assert provider.clients["playground"].secrets == secrets
        assert provider.clients["playground"].verified
    assert "nothing was changed" in terminal.says("init")


def test_the_playground_with_fewer_grant_types(terminal):
    terminal.set(include="oidc_pyramid.playground", grant_types="authorization_code")
    terminal.says("init")
    assert terminal.json("client", "show", "playground")["grant_types"] == ["authorization_code"]


def test_production_has_no_development_data(fresh):
    fresh.write(fresh.ini.read_text().replace("oidc.development = true\n", ""))
    said = fresh.says("init")
    assert "alice" not in said
    with fresh.provider() as provider:
        assert len(provider.users) == len(provider.clients) == 0


def test_no_development_data_where_others_can_reach_it(fresh):
    fresh.write(fresh.ini.read_text().replace("http://localhost:6543", "https://id.example.com"))
    assert "alice" not in fresh.says("init")


def test_a_lost_secret_is_not_replaced(terminal):
    (terminal.directory / "var" / "secret").unlink()
    assert "restore that file from your backup" in terminal.fails("init")
    assert not (terminal.directory / "var" / "secret").exists()


def test_a_wrong_secret_is_noticed(terminal):
    (terminal.directory / "var" / "secret").write_text(
        "RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c"
    )
    assert "not the one that this database was made with" in terminal.fails("init")


def test_a_foreign_database_is_left_alone(terminal):
    with Deployment(str(terminal.ini)).database() as db:
        in_transaction(db, lambda root: root.update(oidc_pyramid={"not": "ours"}))
    assert "not ours" in terminal.fails("init")


def test_a_database_of_a_newer_version_is_left_alone(terminal):
    Deployment(str(terminal.ini)).change(lambda provider: setattr(provider, "schema", 1000))
    assert "upgrade" in terminal.fails("init")


def test_two_at_once_make_one_provider(fresh):
    command = [sys.executable, "-c", "from oidc_pyramid.scripts import main; main()"]
    (fresh.directory / "var").mkdir(mode=0o700)
    (fresh.directory / "var" / "secret").write_text("RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c\n")
    both = [
        subprocess.Popen(
            [*command, "-c", fresh.ini, "init"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    with fresh.provider() as provider:
        assert len(provider.users) == 2
        assert len(provider.keys.keys) == 1


def test_another_init_is_faster_between_two_looks(terminal, monkeypatch):
    """It has made the secret and the database after we saw that the secret is missing."""
    secret = terminal.directory / "var" / "secret"
    theirs = secret.read_bytes()
    secret.unlink()
    opened = founding.open_database

    def slowly(mapping, **options):
        database = opened(mapping, **options)
        secret.write_bytes(theirs)
        return database

    monkeypatch.setattr(founding, "open_database", slowly)
    assert founding.make_secret(get_appsettings(str(terminal.ini))) is None
