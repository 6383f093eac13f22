"""Somebody at a browser, and the clients' servers behind it: every effect goes through the ledger."""

from __future__ import annotations

import base64
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

from soak.deployment import PASSWORD, REDIRECT, Client, Deployment
from soak.web import GONE, Answer, Jar

SCOPE = "openid profile"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
PATIENCE = 6.0
WALK = 8  # pages until a code is there


class Broken(Exception):
    """The provider did what it must never do."""


class Unanswered(Exception):
    """Under a fault this may be; what was asked for may have happened."""


@dataclass
class Family:
    """What one code bought, as the client has it."""

    number: int
    client: Client
    access: str
    refresh: str


@dataclass
class Person:
    """Does one thing after the other, so that the ledger knows their order."""

    place: Deployment
    username: str
    password: str = PASSWORD
    address: str = ""  # as the proxy tells it, for which the provider takes this machine
    families: list[Family] = field(default_factory=list)
    jar: Jar = field(default_factory=Jar)
    busy: threading.Lock = field(default_factory=threading.Lock)
    lost: bool = False  # nobody knows their password any more
    refused: int = 0  # a 503, or no answer, during the last request
    tries: list[tuple[float, int]] = field(default_factory=list)  # of it: seconds, status

    def __post_init__(self) -> None:
        self.ledger = self.place.ledger
        self.browser = secrets.token_hex(4)

    # what they do

    def flow(self, client: Client) -> Family:
        """A whole code flow."""
        return self.redeem(client, *self.code(client))

    def code(self, client: Client) -> tuple[str, str]:
        """A code and its verifier: through whatever pages come."""
        verifier = secrets.token_urlsafe(48)
        query = asking(client, verifier)
        for _ in range(3):
            answer, lost = self._walk(f"/authorize?{urlencode(query)}")
            if answer.location.startswith(REDIRECT):
                return _code_in(answer), verifier
            if not (lost and b'id="finished"' in answer.body):
                raise Broken(f"authorize: {answer.status} {lost=} {self.tries} {title(answer)}")
        raise Broken("however often it begins, the answer is lost")

    def _walk(self, path: str) -> tuple[Answer, bool]:
        """The last answer: the redirect to the client, or a page that leads nowhere; and whether
        an answer was lost on the way. A form that is sent again after its lost answer may get
        the page that says that the sign-in is finished: people begin again, and so do we."""
        answer, lost = self.page("GET", path), False
        for _ in range(WALK):
            if answer.location.startswith(REDIRECT) or answer.status != 303:
                return answer, lost
            answer = self._follow(path_of(answer.location))
            lost = lost or self.refused > 0
        raise Broken("the pages go round in circles")

    def _follow(self, path: str) -> Answer:
        page = self.page("GET", path)
        if page.status != 200:
            return page
        form = {"csrf_token": hidden(page, "csrf_token"), "decision": "allow"}
        if path.endswith("/login"):
            form |= {"username": self.username, "password": self.password}
        return self.page("POST", path, form)

    def redeem(self, client: Client, code: str, verifier: str) -> Family:
        """The client's server; a code that was not answered for is never sent again by it."""
        fields = redemption(code, verifier)
        facts = {"client": client.client_id, "user": self.username, "browser": self.browser}
        sent = self.ledger.sent("redeemed", **facts, fields=fields, secret=client.secret)
        answer = self.patiently(lambda: self._token(client, fields), once=True)
        if answer.status == 400 and self.refused and self.place.lenient:
            raise Unanswered("redeemed, and answered 503")
        if answer.status != 200:
            raise Broken(f"redeem: {answer.status} {answer.body[:200]!r} {self.tries}")
        told = answer.json
        family = Family(sent, client, told["access_token"], told["refresh_token"])
        self.ledger.done(
            "redeemed", sent=sent, access=family.access, refresh=family.refresh, **facts
        )
        self.families.append(family)
        return family

    def refresh(self, family: Family) -> None:
        """Again with the same token while no answer comes, as a good client does."""
        fields = {"grant_type": "refresh_token", "refresh_token": family.refresh}
        self.ledger.sent("refreshed", family=family.number)
        self.families.remove(family)  # until its newest token is known again
        answer = self.patiently(lambda: self._token(family.client, fields))
        if answer.status != 200:
            raise Broken(f"refresh: {answer.status} {answer.body[:200]!r} {self.tries}")
        told = answer.json
        family.access, family.refresh = told["access_token"], told["refresh_token"]
        self.families.append(family)
        self.ledger.done(
            "refreshed", family=family.number, access=family.access, refresh=family.refresh
        )

    def introspect(self, family: Family) -> None:
        """The newest refresh token is good."""
        if not is_active(self.place, family.client, family.refresh, self.patiently):
            raise Broken(f"introspect: family {family.number} is not active")

    def userinfo(self, family: Family) -> None:
        """Their own claims, and nobody else's."""
        headers = {"Authorization": f"Bearer {family.access}"}
        answer = self.patiently(lambda: self.place.ask("GET", "/userinfo", headers=headers))
        if answer.status != 200 or answer.json.get("name") != f"Person {self.username}":
            raise Broken(f"userinfo: {answer.status} {answer.body[:200]!r}")

    def revoke(self, family: Family) -> None:
        """The client gives back what it has."""
        self.ledger.sent("revoked", family=family.number)
        self.families.remove(family)
        fields = {"token": family.refresh}
        answer = self.patiently(
            lambda: self.place.ask("POST", "/revoke", fields, headers=family.client.basic)
        )
        if answer.status != 200:
            raise Broken(f"revoke: {answer.status} {answer.body[:200]!r}")
        self.ledger.done("revoked", family=family.number)

    def sign_out(self) -> None:
        """On the account's page."""
        self._form("account", "/account/logout", "signed out", {})

    def withdraw(self, family: Family) -> None:
        """On the account's page: the application is taken back."""
        facts = {"client_id": family.client.client_id}
        self._form("account", "/account/applications", "withdrawn", facts)

    def wrong_password(self, client: Client) -> None:
        """Somebody else at another browser, who guesses: the page again, and no way in."""
        guesser = Person(self.place, self.username, secrets.token_hex(8))
        answer, _ = guesser._walk(f"/authorize?{urlencode(asking(client, secrets.token_hex(22)))}")
        if answer.status != 200 or b'role="alert"' not in answer.body:
            raise Broken(f"a wrong password: {answer.status} {title(answer)}")

    def change_password(self) -> None:
        """On its page; ends every token of theirs."""
        fresh = f"a long password {secrets.token_hex(4)}"
        fields = {
            "current_password": self.password,
            "new_password": fresh,
            "new_password_again": fresh,
        }
        try:
            self._form("account/password", "/account/password", "password", fields, password=fresh)
        except Unanswered:
            self.lost = True
            raise
        self.password = fresh

    def _form(
        self, page: str, action: str, what: str, fields: dict[str, str], **facts: str
    ) -> None:
        """Send a form of the account's pages; the families that it ends are forgotten."""
        shown = self.page("GET", f"/{page}")
        if shown.status == 303:  # nobody is signed in here
            self._sign_in_at(path_of(shown.location))
            shown = self.page("GET", f"/{page}")
        token = hidden(shown, "csrf_token", after=f'{action}"')
        client = fields.get("client_id", "")
        facts |= {"user": self.username, "client": client, "browser": self.browser}
        self.ledger.sent(what, **facts)
        self.families = [f for f in self.families if client and f.client.client_id != client]
        answer = self.page("POST", action, {"csrf_token": token, **fields}, once=True)
        if answer.status not in {200, 303} or b'role="alert"' in answer.body:
            raise Broken(f"{what}: {answer.status} {answer.body[:300]!r}")
        self.ledger.done(what, **facts)

    def _sign_in_at(self, path: str) -> None:
        answer = self._follow(path)
        if answer.status != 303:
            raise Broken(f"sign in: {answer.status} {answer.body[:200]!r}")

    # how they ask

    def _token(self, client: Client, fields: dict[str, str]) -> Answer:
        return self.place.ask("POST", "/token", fields, headers=client.basic)

    def page(
        self, method: str, path: str, form: dict[str, str] | None = None, *, once: bool = False
    ) -> Answer:
        """What this browser is shown."""
        told = {"X-Forwarded-For": self.address} if self.address else {}

        def send() -> Answer:
            headers = {**self.jar.headers(), **OWN_PAGE, **told}
            return self.place.ask(method, path, form, headers=headers)

        answer = self.patiently(send, once=once)
        self.jar.take(answer)
        return answer

    def patiently(self, send: Callable[[], Answer], *, once: bool = False) -> Answer:
        """Again after a 503, or after no answer where it does no harm to ask twice."""
        until, self.refused, self.tries = time.monotonic() + PATIENCE, 0, []
        while True:
            answer = send()
            self.place.count(answer)
            self.tries.append((round(time.monotonic() - until + PATIENCE, 1), answer.status))
            if not answer.again:
                return answer
            self.refused += 1
            lost = answer.status == GONE and answer.sent
            if (once and lost) or time.monotonic() > until:
                raise Unanswered(str(answer.status))
            time.sleep(0.1 if answer.status == GONE else 0.5)


def asking(client: Client, verifier: str) -> dict[str, str]:
    """The fields of RFC 6749 §4.1.1 and RFC 7636 §4.3."""
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    return {
        "client_id": client.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": SCOPE,
        "state": secrets.token_urlsafe(8),
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }


def redemption(code: str, verifier: str) -> dict[str, str]:
    """The fields of RFC 6749 §4.1.3."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": verifier,
    }


def is_active(
    place: Deployment,
    client: Client,
    token: str,
    patiently: Callable[[Callable[[], Answer]], Answer] | None = None,
) -> bool:
    """What introspection says."""
    fields = {"token": token}

    def send() -> Answer:
        return place.ask("POST", "/introspect", fields, headers=client.basic)

    answer = patiently(send) if patiently else send()
    if answer.status != 200:
        raise Broken(f"introspect: {answer.status} {answer.body[:200]!r}")
    return bool(answer.json["active"])


def path_of(url: str) -> str:
    """Path and query of one of the provider's URLs."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _code_in(answer: Answer) -> str:
    query = parse_qs(urlsplit(answer.location).query)
    if "code" not in query:
        raise Broken(f"authorize: {query}")
    return query["code"][0]


def title(page: Answer) -> str:
    """What a page is about, and what it is sorry for."""
    found = re.findall(r"<title>.*?</title>|role=\"alert\".*?</p>", page.body.decode(), re.DOTALL)
    return " ".join(" ".join(found).split())


def hidden(page: Answer, name: str, *, after: str = "") -> str:
    """The value of a hidden input; *after* finds the form."""
    text = page.body.decode()
    start = max(text.find(after), 0) if after else 0
    if after and after not in text:
        raise Broken(f"no form {after} on the page: {page.status}")
    found = re.compile(rf'name="{name}" value="([^"]*)"').search(text, start)
    if found is None:
        raise Broken(f"no {name} on the page: {page.status} {text[:200]!r}")
    return unescape(found[1])
