"""The ini files name settings that exist, and a server that understands its options."""

import logging.config
import secrets
from pathlib import Path

import pytest
from plaster import get_settings
from waitress.adjustments import Adjustments

from oidc_pyramid.settings import read_settings

ROOT = Path(__file__).parents[2]


INIS = ["development.ini", "production.ini", "deploy/postgresql.ini", "deploy/zeo.ini"]


@pytest.fixture(params=INIS)
def ini(request, tmp_path):
    """One of the files as it is, but for the place of the secret."""
    text = (ROOT / request.param).read_text(encoding="utf-8")
    (tmp_path / "secret").write_text(secrets.token_urlsafe(48))
    (tmp_path / "secret").chmod(0o600)
    for place in ("%(here)s/var/secret", "/var/lib/oidc_pyramid/secret"):
        text = text.replace(f"file:{place}", "file:%(here)s/secret")
    copy = tmp_path / Path(request.param).name
    copy.write_text(text, encoding="utf-8")
    return copy


def test_each_oidc_key_exists_and_its_value_is_good(ini):
    settings = read_settings(get_settings(str(ini), "app:main"))
    assert settings.development is (ini.name == "development.ini")


def test_waitress_takes_the_server_section(ini):
    options = dict(get_settings(str(ini), "server:main"))
    assert options.pop("use") == "egg:waitress#main"
    adjusted = Adjustments(**{k: v for k, v in options.items() if k not in {"here", "__file__"}})
    assert adjusted.channel_request_lookahead == 0
    assert adjusted.max_request_body_size == 262144
    assert {address[3][0] for address in adjusted.listen} <= {"127.0.0.1", "::1"}


def test_the_logging_section_is_complete(ini):
    before = logging.root.handlers[:], logging.root.level
    try:
        logging.config.fileConfig(ini, disable_existing_loggers=False)
    finally:
        logging.root.handlers[:], logging.root.level = before


def test_only_development_runs_the_demo_and_explains_errors(ini):
    settings = get_settings(str(ini), "app:main")
    development = ini.name == "development.ini"
    for key in ("oidc.development", "oidc.explain_errors", "oidc.include"):
        assert (key in settings) is development


def test_no_server_says_what_it_is(ini):
    options = get_settings(str(ini), "server:main")
    assert ini.name == "development.ini" or options["ident"] == ""
