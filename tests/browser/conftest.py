"""Chromium, a provider served from development.ini, and what every page must keep to."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.watch import Watch
from tests.served import served

ARTIFACTS = Path(os.environ.get("ARTIFACTS", Path(__file__).parents[2] / "artifacts"))
LOOPBACK_ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
PATIENCE = 15_000


@pytest.fixture(scope="session")
def op(tmp_path_factory):
    with served(tmp_path_factory.mktemp("served")) as op:
        yield op


@pytest.fixture(scope="session")
def running_chromium(chromium):
    """One process for all tests; each test has windows and cookies of its own."""
    arguments = [LOOPBACK_ALONE, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def watch():
    """Says at the end what browsers have complained of: a violated policy, an error of a script."""
    watch = Watch()
    yield watch
    assert watch.complaints == []


@pytest.fixture
def open_browser(running_chromium, op, watch):
    """Open a new browser, without cookies; its page."""
    contexts = []

    def opened(**options):
        options = {"locale": "en-GB", "base_url": op.issuer, **options}
        context = running_chromium.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("page", watch.page)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_browser):
    return open_browser()


@pytest.fixture
def person(op):
    """Somebody who has allowed nothing yet."""
    return op.person()


@pytest.fixture
def shoot():
    """Keep a picture of a whole page among the artefacts."""

    def taken(page, name):
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True, animations="disabled")

    return taken
