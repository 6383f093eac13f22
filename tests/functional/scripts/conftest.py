"""A deployment on disk, initialised once and copied for each test."""

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from oidc_pyramid.scripts import main
from oidc_pyramid.scripts.deployment import Deployment, provider_in, snapshot

INI = """\
[app:main]
use = egg:oidc_pyramid
oidc.issuer = http://localhost:6543
oidc.secret = file:%(here)s/var/secret
oidc.development = true
oidc.signing_alg = ES256
zodbconn.uri = sqlite://%(here)s/var/oidc
"""


@dataclass
class Terminal:
    """Runs ``oidc-pyramid -c INI ...`` in one directory."""

    directory: Path

    @property
    def ini(self):
        return self.directory / "oidc.ini"

    def write(self, text):
        self.ini.write_text(text, "utf-8")

    def set(self, **settings):
        lines = "".join(f"oidc.{name} = {value}\n" for name, value in settings.items())
        self.write(self.ini.read_text("utf-8") + lines)

    def run(self, *arguments, typed=None):
        """The result, whatever the exit code is."""
        result = CliRunner().invoke(main, ["-c", str(self.ini), *arguments], input=typed)
        assert "Traceback" not in result.output
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def says(self, *arguments, typed=None):
        """What a command that must succeed prints."""
        result = self.run(*arguments, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments, typed=None):
        return json.loads(self.says(*arguments, "--json", typed=typed))

    def fails(self, *arguments, typed=None, code=1):
        """The one sentence of a command that must fail."""
        result = self.run(*arguments, typed=typed)
        assert result.exit_code == code, result.output
        assert result.stdout == ""
        sentence = result.stderr.strip()
        if code == 1:
            assert "\n" not in sentence
        return sentence

    @contextmanager
    def provider(self):
        with Deployment(str(self.ini)).database() as db, snapshot(db) as root:
            yield provider_in(root)


@pytest.fixture(scope="session")
def initialised(tmp_path_factory):
    terminal = Terminal(tmp_path_factory.mktemp("initialised"))
    terminal.write(INI)
    terminal.says("init")
    return terminal.directory


@pytest.fixture
def terminal(initialised, tmp_path):
    """One that has run ``init``."""
    shutil.copytree(initialised, tmp_path, dirs_exist_ok=True)
    return Terminal(tmp_path)


@pytest.fixture
def fresh(tmp_path):
    """One that has not."""
    terminal = Terminal(tmp_path)
    terminal.write(INI)
    return terminal
