"""A real browser for modules that the suite's scripted one can't do: it signs alice in, allows,
and signs out. Needs Playwright and a Chromium; conformance/run.py --browser starts it."""

import json
import tempfile
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

# The session iframe is another site's: without its cookie it can only answer "changed".
COOKIES = {"profile": {"cookie_controls_mode": 0}}
STEPS = ("#login-submit", "#consent-allow", "#logout-confirm")


class Person:
    """Who opens what the suite offers to a person."""

    def __init__(self, chromium: str | None) -> None:
        self.playwright = sync_playwright().start()
        self.context = self.playwright.chromium.launch_persistent_context(
            _profile(), executable_path=chromium or None, ignore_https_errors=True
        )
        self.page = self.context.new_page()

    def visit(self, url: str) -> None:
        """Press what a person would press, until no page of ours asks more."""
        self.page.goto(url)
        for _ in STEPS:
            self.page.wait_for_load_state()
            button = _button(self.page)
            if button is None:
                return
            if button == "#login-submit":
                self.page.fill("#username", "alice")
                self.page.fill("#password", "conformance")
            with self.page.expect_navigation():
                self.page.click(button)

    def leave(self) -> None:
        self.context.close()
        self.playwright.stop()


def _button(page: Page) -> str | None:
    try:
        return next((step for step in STEPS if page.query_selector(step)), None)
    except Error:  # the page has gone on by itself: the suite's pages do
        return None


def _profile() -> str:
    """A fresh profile that lets other sites' cookies through."""
    folder = tempfile.mkdtemp()
    preferences = Path(folder, "Default", "Preferences")
    preferences.parent.mkdir()
    preferences.write_text(json.dumps(COOKIES))
    return folder
