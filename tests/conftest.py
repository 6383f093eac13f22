"""What all tests share: which of them need a browser, and where that browser is.

Marks, warnings, time limits and the loopback-only sockets are configured in pyproject.toml.
"""

import functools
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from jwcrypto.jwk import JWK

# A busy machine is slow, which is no fault of a test.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# Compiled templates are shared by the many applications that tests make. Chameleon reads this
# when it is imported.
os.environ.setdefault("CHAMELEON_CACHE", tempfile.mkdtemp(prefix="oidc-pyramid-templates-"))

# Reading a private RSA key takes 80 ms: each text is read once, however many providers have it.
JWK.from_json = functools.cache(JWK.from_json)

BROWSER_TESTS = Path(__file__).parent / "browser"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_CHROMIUM = (
    "browser tests need Chromium: install it (Debian: apt install chromium;"
    " macOS: brew install --cask chromium) or name it with CHROMIUM=/path/to/chromium"
)


def find_chromium():
    """The path of a Chromium on this machine, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def pytest_collection_modifyitems(items):
    """All tests under tests/browser/ carry the mark `browser`."""
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_collection_finish():
    """Modules and tests stay until the end: the garbage collector need not look at them again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item):
    """Without Chromium a browser test is skipped, or fails where CI=true."""
    if item.get_closest_marker("browser") is None or find_chromium():
        return
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(HOW_TO_GET_CHROMIUM, pytrace=False)
    pytest.skip(HOW_TO_GET_CHROMIUM)


@pytest.fixture(scope="session")
def chromium():
    """The path of the Chromium that the browser tests start."""
    return find_chromium()
