"""``oidc-pyramid doctor``: what is set, what is plugged in, what is wrong."""

import json

import pytest

from oidc_pyramid.models.keys import CURRENT
from oidc_pyramid.scripts.deployment import Deployment


def problems(terminal):
    result = terminal.run("doctor", "--json")
    found = json.loads(result.stdout)["problems"]
    assert result.exit_code == (1 if found else 0)
    return "\n".join(found)


def change(terminal, work):
    Deployment(str(terminal.ini)).change(work)


def test_a_healthy_deployment(terminal):
    said = terminal.says("doctor")
    assert "No problems were found." in said
    assert "oidc.issuer" in said
    assert "oidc_pyramid.grant_types.authorization_code" in said
    secret = (terminal.directory / "var" / "secret").read_text().strip()
    assert secret not in said


def test_json(terminal):
    report = terminal.json("doctor")
    assert report["problems"] == []
    plugins = {(one["interface"], one["name"]) for one in report["plugins"]}
    assert {("IGrantType", "refresh_token"), ("IClaims", "email")} <= plugins


def test_a_setting_that_is_wrong(terminal):
    terminal.set(code_expired="1")
    assert "the nearest is oidc.code_expire" in problems(terminal)


def test_no_database(fresh):
    (fresh.directory / "var").mkdir()
    (fresh.directory / "var" / "secret").write_text("RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c")
    assert "oidc-pyramid init" in problems(fresh)
    assert not (fresh.directory / "var" / "oidc").exists()


def test_no_secret(fresh):
    assert "'oidc-pyramid init' creates it" in problems(fresh)


def test_another_secret(terminal):
    (terminal.directory / "var" / "secret").write_text(
        "RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c"
    )
    assert "not the one that this database was made with" in problems(terminal)


def test_files_that_others_may_read(terminal):
    (terminal.directory / "var" / "secret").chmod(0o644)
    for place in (terminal.directory / "var" / "oidc").iterdir():
        place.chmod(0o644)
    (terminal.directory / "var" / "oidc").chmod(0o755)
    found = problems(terminal)
    assert "chmod 600" in found
    assert "others may read the database" in found


def test_an_algorithm_without_a_key(terminal):
    terminal.set(signing_algs="ES256 EdDSA")
    assert "no key signs with EdDSA" in problems(terminal)


def test_a_key_that_overstays(terminal):
    def retire(provider):
        key = provider.keys.in_state("ES256", CURRENT)
        provider.keys.retire(key, now=1000, keep=1000)

    change(terminal, retire)
    assert "should be gone since 1970-01-01" in problems(terminal)


def test_clients_that_ask_for_what_is_not_there(terminal):
    def spoil(provider):
        provider.clients["demo"].update(
            {"token_endpoint_auth_method": "tls", "id_token_signed_response_alg": "PS512"}
        )

    change(terminal, spoil)
    found = problems(terminal)
    assert "demo authenticates by tls" in found
    assert "demo wants PS512" in found


def test_a_client_whose_secret_signs_needs_no_key(terminal):
    change(
        terminal,
        lambda provider: provider.clients["demo"].update({"id_token_signed_response_alg": "HS256"}),
    )
    assert "HS256" not in terminal.run("doctor").output


@pytest.mark.parametrize("schema, word", [(1000, "upgrade"), (0, "oidc-pyramid init")])
def test_a_database_of_another_version(terminal, schema, word):
    change(terminal, lambda provider: setattr(provider, "schema", schema))
    assert word in problems(terminal)


@pytest.mark.parametrize(
    "command",
    [
        ("user", "list", "--search", "a"),
        ("user", "disable", "alice"),
        ("client", "list"),
        ("verify",),
    ],
)
def test_other_commands_leave_an_older_database_alone(terminal, command):
    change(terminal, lambda provider: setattr(provider, "schema", 3))
    result = terminal.run(*command)
    assert result.exit_code == 1
    assert "has schema 3" in result.output
    assert "oidc-pyramid init" in result.output
    terminal.says("init")
    assert terminal.run("verify").exit_code == 0


def test_an_application_that_does_not_start(terminal):
    terminal.set(include="no_such_package.anywhere")
    found = problems(terminal)
    assert "the application doesn't start" in found
    assert "no_such_package" in found


def test_doctor_leaves_the_database_free(terminal):
    ini = terminal.ini.read_text()
    terminal.write(ini.replace("sqlite://%(here)s/var/oidc", "file://%(here)s/var/Data.fs"))
    terminal.says("init")
    terminal.run("doctor")
    terminal.says("user", "list")


def test_an_issuer_that_nobody_has_edited(terminal):
    text = terminal.ini.read_text().replace("http://localhost:6543", "https://id.example.com")
    terminal.write(text)
    result = terminal.run("doctor")
    assert result.exit_code == 1
    assert "oidc.issuer is still https://id.example.com" in result.output
