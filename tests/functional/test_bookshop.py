"""The runnable example: a host with its own users, from its own ini file."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from pyramid.paster import get_app
from webtest import TestApp

from oidc_pyramid.testing import (
    RelyingParty,
    allow,
    answer_of,
    authorization_request,
    bearer,
    redeem,
    token_request,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "bookshop"
BASE = "http://localhost:6544"


@pytest.fixture(scope="module")
def ini(tmp_path_factory):
    """The example's ini file in a directory of its own: ``var/`` is made beside it."""
    there = tmp_path_factory.mktemp("bookshop") / "development.ini"
    text = (EXAMPLE / "development.ini").read_text("utf-8")
    there.write_text(text.replace("[app:main]", "[app:main]\noidc.sweep_interval = 0"), "utf-8")
    return there


@pytest.fixture(scope="module")
def app(ini):
    sys.path.insert(0, str(EXAMPLE))
    try:
        yield get_app(str(ini))
    finally:
        sys.path.remove(str(EXAMPLE))


@pytest.fixture
def browser(app):
    found = TestApp(app, extra_environ={"HTTP_HOST": "localhost:6544"})
    found.prefix = "/id"
    return found


@pytest.fixture
def rp():
    secret = "shelf-reader-secret-for-development"
    return RelyingParty(
        "shelf-reader", secret, "http://localhost:8000/callback", "openid profile books"
    )


def path_of(response):
    return urlsplit(response.headers["Location"])


def signed_in(browser, page, name="alice", password="wonderland"):
    form = page.forms["sign-in-form"]
    form["username"], form["password"] = name, password
    return form.submit()


def test_a_reader_signs_in_elsewhere_with_the_shops_account(browser, rp):
    response = browser.get("/id/authorize", authorization_request(rp, prompt="consent"))
    assert path_of(response).path == "/sign-in"
    consent = signed_in(browser, response.follow()).follow().follow()
    assert "Looking-Glass Books" in consent
    assert "See how many books you have at home." in consent
    tokens = redeem(browser, rp, answer_of(allow(consent))["code"])
    claims = browser.get("/id/userinfo", headers=bearer(tokens["access_token"])).json
    assert (claims["name"], claims["books_borrowed"]) == ("Alice Liddell", 3)
    shelf = browser.get("/api/books", headers=bearer(tokens["access_token"])).json
    assert shelf == {"reader": "Alice Liddell", "borrowed": 3}
    home = browser.get("/")
    assert "Welcome back, Alice Liddell" in home
    home.forms[0].submit()
    assert "Welcome back" not in browser.get("/")
    browser.get("/api/books", headers=bearer(tokens["access_token"]), status=401)


def test_prompt_login_signs_out_of_the_shops_session(browser, rp):
    signed_in(browser, browser.get("/sign-in"))
    assert "Welcome back" in browser.get("/")
    response = browser.get("/id/authorize", authorization_request(rp, prompt="login"))
    assert "Welcome back" not in browser.get("/")
    answer = signed_in(browser, response.follow()).follow()
    answer = allow(answer) if answer.headers["Location"].endswith("/consent") else answer
    assert "code" in answer_of(answer)


def test_a_wrong_password(browser):
    page = signed_in(browser, browser.get("/sign-in"), password="nonsense")
    assert "Wrong name or password." in page
    assert "Wrong name or password." in signed_in(browser, page, name="nobody")


def test_the_shops_forms_are_protected(browser):
    browser.post("/sign-in", {"username": "alice", "password": "wonderland"}, status=400)


def test_the_api_by_hand(browser, rp):
    own = token_request(browser, rp, grant_type="client_credentials", scope="books")
    assert browser.get("/api/books", headers=bearer(own["access_token"])).json["client"]
    browser.get("/api/books", status=401)


def test_metadata_at_both_places(browser):
    own = browser.get("/id/.well-known/openid-configuration").json
    assert browser.get("/.well-known/oauth-authorization-server/id").json == own
    assert "books_borrowed" in own["claims_supported"]


def test_the_front_page_of_the_provider_names_nobody_of_its_own(browser):
    assert "wonderland" not in browser.get("/id")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(tmp_path):
    """The command of the example's README, on a port of its own."""
    address = f"http://localhost:{free_port()}"
    ini = tmp_path / "development.ini"
    text = (EXAMPLE / "development.ini").read_text("utf-8")
    port = address.rpartition(":")[2]
    ini.write_text(text.replace(":6544", f":{port}"), "utf-8")
    environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(EXAMPLE / "serve.py"), str(ini)]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            yield address, process
        finally:
            process.terminate()
            process.wait(10)


def test_the_command_of_the_readme_serves(server):
    address, process = server
    while process.poll() is None:  # the time limit of each test holds here too
        try:
            with urlopen(f"{address}/id/.well-known/openid-configuration", timeout=5) as answer:
                assert b'"issuer"' in answer.read()
                return
        except URLError:
            time.sleep(0.2)
    pytest.fail("the example did not start")


def test_what_the_readme_names_is_there():
    text = (EXAMPLE / "README.md").read_text("utf-8")
    names = {word.strip("`,") for word in text.split() if word.startswith("`bookshop/")}
    assert names
    assert all((EXAMPLE / name).is_file() for name in names)
