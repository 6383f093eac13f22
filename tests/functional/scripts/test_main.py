"""Which ini file, and what happens when something is wrong with it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from oidc_pyramid.scripts import COMMANDS, main
from oidc_pyramid.scripts.document import reference


def test_help_lists_the_commands():
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(terminal, command):
    assert "Usage:" in terminal.says(command, "--help")


def test_an_unknown_command(terminal):
    assert "No such command 'usr'" in terminal.fails("usr", code=2)


def test_the_ini_file_comes_from_the_environment(terminal, monkeypatch):
    monkeypatch.setenv("OIDC_PYRAMID_INI", str(terminal.ini))
    result = CliRunner().invoke(main, ["user", "list"])
    assert "alice" in result.stdout


def test_the_ini_file_of_this_directory(terminal, monkeypatch):
    monkeypatch.delenv("OIDC_PYRAMID_INI", raising=False)
    monkeypatch.chdir(terminal.directory)
    result = CliRunner().invoke(main, ["user", "list"])
    assert result.exit_code == 2
    assert "which ini file?" in result.stderr
    terminal.ini.rename(terminal.directory / "development.ini")
    assert "alice" in CliRunner().invoke(main, ["user", "list"]).stdout


def test_an_ini_file_that_is_not_there(fresh):
    fresh.ini.unlink()
    assert "there is no file" in fresh.fails("user", "list")


@pytest.mark.parametrize(
    "text", ["oidc.issuer", "[app:main]\nnonsense", "[app:other]\nuse = egg:x\n", ""]
)
def test_an_ini_file_that_is_none(fresh, text):
    fresh.write(text)
    assert "can't be read" in fresh.fails("user", "list")


def test_a_section_that_inherits(terminal):
    terminal.write(terminal.ini.read_text("utf-8").replace("[app:main]", "[app:base]"))
    (terminal.directory / "derived.ini").write_text("[app:main]\nuse = config:oidc.ini#base\n")
    arguments = ["-c", str(terminal.directory / "derived.ini"), "user", "list"]
    assert "alice" in CliRunner().invoke(main, arguments).stdout
    arguments[1] = f"{terminal.ini}#base"
    assert "alice" in CliRunner().invoke(main, arguments).stdout


def test_a_setting_that_is_wrong(terminal):
    terminal.set(code_expired="60")
    sentence = terminal.fails("user", "add", "carol", "--password-stdin", typed="correct horse\n")
    assert "oidc.code_expired" in sentence
    assert "oidc.code_expire" in sentence


def test_no_database_is_created_by_other_commands(fresh):
    assert "oidc-pyramid init" in fresh.fails("user", "list")
    assert not (fresh.directory / "var").exists()


def test_a_locked_file_storage(fresh):
    fresh.write(
        fresh.ini.read_text().replace("sqlite://%(here)s/var/oidc", "file://%(here)s/var/Data.fs")
    )
    fresh.says("init")
    assert "alice" in fresh.says("user", "list")
    with fresh.provider():
        sentence = fresh.fails("user", "list")
    assert "in use by another process" in sentence
    assert "stop the server" in sentence


def test_unforeseen_errors_are_a_sentence_too(terminal, monkeypatch):
    def broken(_mapping, **_options):
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr("oidc_pyramid.scripts.deployment.open_database", broken)
    assert "the disk is on fire" in terminal.fails("user", "list")
    with pytest.raises(RuntimeError):
        terminal.run("--traceback", "user", "list")


def test_the_reference_is_up_to_date():
    page = Path(__file__).parents[3] / "docs" / "reference" / "command-line.md"
    assert page.read_text("utf-8") == reference(), (
        "python -m oidc_pyramid.scripts.document > docs/reference/command-line.md"
    )
