"""Somebody with a browser that knows redirects, cookies and forms, and nothing else."""

from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup

MOST_PAGES = 8


class Person:
    """Walks from page to page; stops where the browser would leave the provider."""

    def __init__(self, issuer, username, password):
        self.issuer = issuer
        self.username = username
        self.password = password
        self.decision = "allow"
        self.pages = []
        self.browser = None

    def go(self, address):
        """Answer what is asked, until the provider sends the browser elsewhere; that address, or
        that of the page on which the walk ends."""
        self.browser = self.browser or requests.Session()
        for _ in range(MOST_PAGES):
            if not self.at_provider(address):
                return address
            response = self.browser.get(address, allow_redirects=False, timeout=30)
            response = self.answer(response) or response
            location = response.headers.get("Location")
            if location is None:
                return address
            address = urljoin(address, location)
        raise AssertionError(f"the pages go round in circles: {self.pages}")

    def at_provider(self, address):
        return address.startswith(f"{self.issuer}/") and "/playground/callback" not in address

    def answer(self, response):
        """Fill in the form of the page, if it is one that asks something."""
        page = BeautifulSoup(response.text, "html.parser")
        self.pages.append(page.title.string.strip() if page.title else "")
        if page.find(id="login-form"):
            return self.submit(
                response, page, "login-form", username=self.username, password=self.password
            )
        if page.find(id="consent-form"):
            return self.submit(response, page, "consent-form", decision=self.decision)
        if page.find(id="logout-confirm"):
            return self.submit(response, page, "logout-form", decision="logout")
        return None

    def submit(self, response, page, form_id, **values):
        """What a browser sends: the form's hidden fields, and what was typed or pressed."""
        form = page.find(id=form_id)
        hidden = {one["name"]: one["value"] for one in form.find_all("input", type="hidden")}
        return self.browser.post(
            urljoin(response.url, form["action"]),
            {**hidden, **values},
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
            timeout=30,
        )

    def sign_up(self, **values):
        """Make an account under one's name; the browser is then closed."""
        with requests.Session() as self.browser:
            response = self.browser.get(f"{self.issuer}/account/signup", timeout=30)
            page = BeautifulSoup(response.text, "html.parser")
            form = page.find(id="signup-submit").find_parent("form")
            form["id"] = "signup-form"
            passwords = {"password": self.password, "password_again": self.password}
            done = self.submit(
                response, page, "signup-form", username=self.username, **passwords, **values
            )
            assert done.status_code == 303, done.text
        self.browser = None

    def leave(self):
        """Close the browser."""
        if self.browser is not None:
            self.browser.close()
