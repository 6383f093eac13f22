"""conformance.ini and what is beside it: a deployment that the Foundation's suite finds as it wants."""

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import certifi
import plaster
import pytest
from webtest import TestApp

import oidc_pyramid
from tests import commands

ROOT = Path(__file__).parents[2]
SUITE = "https://localhost.emobix.co.uk:8443/test/a/oidc_pyramid"
CHANNELS = ["frontchannel", "backchannel"]
CLIENTS = ["client", "client2", "client-secret-post", *(f"client-{one}" for one in CHANNELS)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy in which setup.sh has run twice: it must not matter."""
    here = tmp_path_factory.mktemp("conformance")
    shutil.copy(ROOT / "conformance.ini", here)
    shutil.copytree(ROOT / "conformance", here / "conformance")
    command = here / "oidc-pyramid"
    program = f"{sys.executable} -I -S {commands.__file__} {commands.address()}"
    command.write_text(f'#!/bin/sh\nexec {program} "$@"\n')
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
    yield TestApp(app, extra_environ={"HTTP_HOST": "localhost:9443", "wsgi.url_scheme": "https"})
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


@pytest.mark.parametrize("name", CLIENTS)
def test_the_static_clients_are_there(browser, name):
    """Each has the suite's callback, which modules use with the second client as well."""
    client = json.loads((ROOT / "conformance" / f"{name}.json").read_text())
    params = {
        "client_id": client["client_id"],
        "redirect_uri": f"{SUITE}/callback",
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


@pytest.mark.parametrize("channel", CHANNELS)
def test_only_the_channels_own_module_has_a_client_that_is_told(channel):
    """Any other module fails when the suite is told of a sign-out that it has not asked about."""
    suite = json.loads((ROOT / "conformance" / "suite.json").read_text())
    told = json.loads((ROOT / "conformance" / f"client-{channel}.json").read_text())
    module = suite["override"][f"oidcc-{channel}-rp-initiated-logout"]
    assert module["client"] == {k: told[k] for k in ("client_id", "client_secret")}
    for name in CLIENTS:
        ours = json.loads((ROOT / "conformance" / f"{name}.json").read_text())
        assert (f"{channel}_logout_uri" in ours) == (name == f"client-{channel}")


@pytest.fixture(scope="module")
def ini():
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes="#")
    parser.read(ROOT / "conformance.ini")
    return parser


def test_nginx_stands_between_the_issuer_and_the_server(checkout, ini):
    """The provider's port is not the suite's, 8443: both run on one machine."""
    nginx = (checkout / "var" / "conformance" / "nginx.conf").read_text()
    port = re.search(r"listen 127\.0\.0\.1:(\d+) ssl", nginx)[1]
    assert ini["app:main"]["oidc.issuer"] == f"https://localhost:{port}"
    assert port != "8443"
    assert f"proxy_pass http://{ini['server:main']['listen']};" in nginx


def test_the_suites_browser_looks_for_what_our_pages_have(ini):
    """Its script knows addresses below the issuer and ids of our pages; all are there."""
    issuer = ini["app:main"]["oidc.issuer"]
    text = (ROOT / "conformance" / "suite.json").read_text()
    assert set(re.findall(r"https://localhost:\d+", text)) == {issuer}
    assert json.loads(text)["server"]["discoveryUrl"].startswith(f"{issuer}/.well-known/")
    pages = "".join(page.read_text() for page in (ROOT / "templates").glob("*.pt"))
    ids = set(re.findall(r"@id='([^']+)'", text)) | set(re.findall(r'"id",\s+"([^"]+)"', text))
    assert ids - {"submission_complete"} > {"login-form", "logged-out", "oauth-error", "username"}
    for one in ids - {"submission_complete"}:
        assert f'id="{one}"' in pages
