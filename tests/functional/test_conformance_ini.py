"""conformance.ini and what is beside it: a deployment that the Foundation's suite finds as it wants."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import certifi
import plaster
import pytest
from webtest import TestApp

import oidc_pyramid

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy in which setup.sh has run twice: it must not matter."""
    here = tmp_path_factory.mktemp("conformance")
    shutil.copy(ROOT / "conformance.ini", here)
    shutil.copytree(ROOT / "conformance", here / "conformance")
    command = here / "oidc-pyramid"
    script = "from oidc_pyramid.scripts import main; main(prog_name='oidc-pyramid')"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -c "{script}" "$@"\n')
    command.chmod(0o755)
    env = {
        "OIDC_PYRAMID": str(command),
        "CA_BUNDLE": certifi.where(),
        "PATH": "/usr/bin:/bin",
    }
    for _ in range(2):
        subprocess.run(
            [here / "conformance" / "setup.sh"], check=True, env=env, capture_output=True
        )
    return here


@pytest.fixture(scope="module")
def browser(checkout):
    settings = plaster.get_settings(str(checkout / "conformance.ini"), "app:main")
    app = oidc_pyramid.main({}, **{k: v for k, v in settings.items() if k != "use"})
    yield TestApp(app, extra_environ={"HTTP_HOST": "localhost:8443", "wsgi.url_scheme": "https"})
    app.registry._zodb_databases[""].close()


def test_discovery_offers_everything(browser):
    document = browser.get("/.well-known/openid-configuration").json
    assert len(document["response_types_supported"]) == 8
    assert document["request_uri_parameter_supported"] is True
    assert document["registration_endpoint"].endswith("/clients")
    assert document["check_session_iframe"].endswith("/check_session")
    assert document["frontchannel_logout_session_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
    assert "none" in document["request_object_signing_alg_values_supported"]
    assert document["acr_values_supported"] == ["urn:oidc_pyramid:acr:password"]


@pytest.mark.parametrize("name", ["client", "client2", "client-secret-post"])
def test_the_static_clients_are_there(browser, name):
    client = json.loads((ROOT / "conformance" / f"{name}.json").read_text())
    params = {
        "client_id": client["client_id"],
        "redirect_uri": client["redirect_uris"][0],
        "response_type": "code",
        "scope": "openid",
    }
    assert browser.get("/authorize", params).headers["Location"].endswith("/login")


def test_the_suites_configuration_names_the_same_clients():
    suite = json.loads((ROOT / "conformance" / "suite.json").read_text())
    for member, name in (
        ("client", "client"),
        ("client2", "client2"),
        ("client_secret_post", "client-secret-post"),
    ):
        ours = json.loads((ROOT / "conformance" / f"{name}.json").read_text())
        assert suite[member] == {k: ours[k] for k in ("client_id", "client_secret")}
