"""What the settings enable must be there; what is registered twice stops the start-up."""

import logging
import subprocess
import sys

import pytest
from pyramid.exceptions import ConfigurationConflictError, ConfigurationError

from oidc_pyramid.interfaces import IGrantType
from oidc_pyramid.plugins import IncompletePlugin
from oidc_pyramid.testing import code_flow


class Half:
    name = "half"


class Whole:
    name = "whole"

    def redeem(self, exchange):
        return None


def test_enabling_what_nobody_provides_stops_the_start(make_op):
    with pytest.raises(ConfigurationError, match=r"oidc\.grant_types enables 'password'"):
        make_op(**{"oidc.grant_types": "authorization_code password"})


def test_an_incomplete_plugin_stops_the_start(make_op):
    with pytest.raises(IncompletePlugin, match="redeem"):
        make_op(lambda config: config.add_oidc_grant_type(Half()))


def test_two_plugins_of_one_name_conflict(make_op):
    def first(config):
        config.add_oidc_grant_type(Whole())

    def second(config):
        config.add_oidc_grant_type(Whole())

    def configure(config):
        config.include(first)
        config.include(second)

    with pytest.raises(ConfigurationConflictError):
        make_op(configure)


def test_the_hosts_plugin_replaces_ours(make_op):
    class Mine(Whole):
        name = "client_credentials"

    op = make_op(lambda config: config.add_oidc_grant_type(Mine()))
    found = op.app.registry.getUtility(IGrantType, name="client_credentials")
    assert isinstance(found, Mine)


def test_each_event_is_one_line_of_the_audit_log(op, rp, alice, browser, caplog):
    with caplog.at_level(logging.INFO, "oidc_pyramid.audit"):
        code_flow(op, browser, rp)
    events = [r.getMessage() for r in caplog.records if r.name == "oidc_pyramid.audit"]
    names = [event.split('"')[3] for event in events]
    assert names == ["SignedIn", "ConsentGiven", "TokensIssued"]


IMPORTED = """
import sys, threading
from pyramid.config import Configurator
from oidc_pyramid.assembly import CONTENTS, PAGES, import_contents
import_contents()
before = set(sys.modules)
assert threading.active_count() == 1
for package in CONTENTS + PAGES:
    Configurator().scan(f"oidc_pyramid.{package}", categories=())
print(sorted(set(sys.modules) - before))
"""


def test_a_server_that_forks_can_import_everything_before():
    """Without a thread, so that nothing is lost in the fork."""
    command = [sys.executable, "-c", IMPORTED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


WITHOUT_GUNICORN = """
import sys
sys.modules["gunicorn"] = None
from oidc_pyramid.workers import serve
try:
    serve(None, {"__file__": "production.ini"})
except (SystemExit, KeyboardInterrupt):  # as pserve does
    print("pserve ends with 0")
"""


def test_without_gunicorn_a_supervisor_sees_that_the_start_has_failed():
    command = [sys.executable, "-c", WITHOUT_GUNICORN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install gunicorn" in done.stderr


FROZEN = """
import gc, sys
from pyramid.paster import get_app, get_appsettings
from oidc_pyramid.founding import make_secret
make_secret(get_appsettings(sys.argv[1]))
get_app(sys.argv[1])
frozen, often = gc.get_freeze_count(), gc.get_threshold()[0]
get_app(sys.argv[1])
print(frozen > 50_000, gc.get_freeze_count() <= frozen, often)
"""


def test_the_collector_does_not_walk_over_what_the_start_has_made(tmp_path):
    """Once in a process: a second provider in it would freeze what the first has left behind."""
    ini = tmp_path / "op.ini"
    ini.write_text(
        "[app:main]\nuse = egg:oidc_pyramid\noidc.development = true\n"
        "oidc.issuer = http://localhost:6543\n"
        f"zodbconn.uri = sqlite://{tmp_path}/db\n"
        f"oidc.secret = file:{tmp_path}/secret\n"
    )
    command = [sys.executable, "-c", FROZEN, str(ini)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "10000"]
