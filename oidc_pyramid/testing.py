"""For authors of hosts and plug-ins: a provider in memory, a browser, a relying party.

op = make_provider(**{"oidc.signup": "true"})
client = op.add_client("books", redirect_uris=["https://books.example/cb"])
op.add_user("alice", "wonderland", email="alice@example.org")
browser = op.browser()
tokens = code_flow(op, browser, client)
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from pyramid.config import Configurator
from webtest import TestApp
from ZODB import DB
from ZODB.Connection import TransactionMetaData
from ZODB.MappingStorage import MappingStorage

from oidc_pyramid import storage
from oidc_pyramid.founding import found
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.users import User
from oidc_pyramid.protocol.jose import new_key
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.settings import Settings, read_settings
from oidc_pyramid.storage import ROOT_KEY

ISSUER = "https://op.example"
SETTINGS = {
    "oidc.issuer": ISSUER,
    "oidc.secret": "a secret for tests alone: 0123456789 abcdefghij",
    "zodbconn.uri": "memory://",
    "tm.manager_hook": "pyramid_tm.explicit_manager",
    "tm.annotate_user": "false",
    "oidc.password_hash_memory": "8192",
    "oidc.password_hash_time": "1",
    "oidc.sweep_interval": "0",
    "oidc.pack_interval": "0",
    "oidc.logout_interval": "0",
}
AN_HOUR = 3600
OWN_FORM = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class RelyingParty:
    """A client as its owner knows it."""

    client_id: str
    secret: str | None
    redirect_uri: str
    scope: str = "openid"

    @property
    def basic(self) -> dict[str, str]:
        """The Authorization header of ``client_secret_basic`` (RFC 6749 §2.3.1)."""
        pair = f"{quote(self.client_id, safe='')}:{quote(self.secret or '', safe='')}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


class Browser(TestApp):
    """Keeps cookies; ``prefix`` is the path of the issuer."""

    def __init__(self, app: Any, *, prefix: str = "", **options: Any) -> None:
        super().__init__(app, **options)
        self.prefix = prefix

    def request(self, url_or_req: Any, *args: Any, **options: Any) -> Any:
        """Any method, at the issuer's address: a request made from a path alone has no host."""
        if isinstance(url_or_req, str):
            options.setdefault("environ", dict(self.extra_environ))
        return super().request(url_or_req, *args, **options)


def endpoint(browser: TestApp, name: str) -> str:
    """The path of one of our endpoints, below the issuer's."""
    return f"{getattr(browser, 'prefix', '')}/{name}"


@dataclass
class TestProvider:
    """A running provider and its database."""

    __test__ = False

    app: Any
    settings: Mapping[str, str]
    _secrets: dict[str, str] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """The issuer identifier."""
        return self.settings["oidc.issuer"]

    @property
    def runtime(self) -> Runtime:
        """What the process keeps."""
        runtime: Runtime = self.app.registry.getUtility(Runtime.interface)
        return runtime

    @property
    def db(self) -> Any:
        """The database."""
        databases = self.app.registry._zodb_databases  # noqa: SLF001 - pyramid_zodbconn's own name
        return databases[self.runtime.database]

    @contextmanager
    def provider(self) -> Iterator[Provider]:
        """The provider in a transaction of its own, committed at the end."""
        with self.db.transaction() as connection:
            yield connection.root()[ROOT_KEY]

    def browser(self, **headers: str) -> Browser:
        """A browser with its own cookies, at the issuer's address."""
        parts = urlsplit(self.issuer)
        environ = {"HTTP_HOST": parts.netloc, "wsgi.url_scheme": parts.scheme}
        environ.update({f"HTTP_{k.upper().replace('-', '_')}": v for k, v in headers.items()})
        return Browser(self.app, extra_environ=environ, prefix=parts.path)

    def add_client(
        self,
        client_id: str = "rp",
        *,
        redirect_uris: Iterable[str] = ("https://rp.example/cb",),
        secret: str | None = "a client secret: %:+ü&=",
        **metadata: Any,
    ) -> RelyingParty:
        """Register a client; without a secret it is public."""
        uris = tuple(redirect_uris)
        metadata.setdefault("grant_types", ("authorization_code", "refresh_token"))
        metadata.setdefault("scope", ("openid", "profile", "email", "offline_access"))
        if secret is None:
            metadata.setdefault("token_endpoint_auth_method", "none")
        with self.provider() as provider:
            client = Client(client_id, now=int(time.time()), redirect_uris=uris, **metadata)
            if secret is not None:
                client.set_secret(secret, under=self.runtime.settings.secret)
            provider.clients.add(client)
        return RelyingParty(client_id, secret, uris[0] if uris else "")

    def add_user(self, username: str = "alice", password: str = "wonderland", **claims: Any) -> str:
        """Make a person; returns the account's id."""
        hashed = self.runtime.passwords.hash(password)
        now = int(time.time())
        with self.provider() as provider:
            user = User(username, now=now, **claims)
            user.password_hash, user.password_changed_at = hashed, now
            return provider.users.add(user).id

    def change_client(self, client_id: str, **metadata: Any) -> None:
        """As an operator would."""
        with self.provider() as provider:
            provider.clients[client_id].update(metadata)

    def change_user(self, account_id: str, change: Callable[[User], object]) -> None:
        """As an operator would."""
        with self.provider() as provider:
            change(provider.users[account_id])


def make_provider(
    configure: Callable[[Configurator], None] | None = None,
    *,
    keys: Iterable[Mapping[str, Any]] = (),
    route_prefix: str | None = None,
    **settings: str,
) -> TestProvider:
    """A provider in memory. ``configure`` is a host's own configuration; ``keys`` are private
    JWKs to use instead of new ones (making an RSA key takes a while)."""
    merged = {**SETTINGS, **settings}
    with Configurator(settings=merged) as config:
        found_provider(config, keys)
        config.include("oidc_pyramid", route_prefix=route_prefix)
        if configure is not None:
            configure(config)
        elif route_prefix is None:
            config.include("oidc_pyramid.standalone")
    return TestProvider(config.make_wsgi_app(), merged)


def found_provider(config: Configurator, keys: Iterable[Mapping[str, Any]] = ()) -> None:
    """Open the database and found a provider in it, before a host's own configuration includes
    us: a start-up wants to find one. Then ``TestProvider(config.make_wsgi_app(), settings)``."""
    made = list(keys) or [new_key("RS256"), new_key("ES256")]
    storage.includeme(config, create=True)
    settings = read_settings(config.registry.settings)
    db = config.registry._zodb_databases[settings.database]  # noqa: SLF001 - see TestProvider.db
    found_again(db, settings, int(time.time()), made)


@dataclass
class Foundation:
    """What founding has written into an empty database: some six thousand objects."""

    now: int
    records: Mapping[bytes, bytes]

    def holds(self, now: int) -> bool:
        """Whether one founded now would look like it: its keys are not old, nor from later."""
        return 0 <= now - self.now < AN_HOUR


_foundations: dict[str, Foundation] = {}


def found_again(db: DB, settings: Settings, now: int, keys: list[Mapping[str, Any]]) -> None:
    """Found a provider. In memory, with the secret and the keys of an earlier one, it begins with
    a copy of what that one began with, seals included: founding takes a third of a second."""
    if not (isinstance(db.storage, MappingStorage) and len(db.storage) == 1):
        found(db, settings, now=now, keys=keys, people=False)
        return
    name = json.dumps([settings.secret.hex(), keys], sort_keys=True)
    there = _foundations.get(name)
    if there is not None and there.holds(now):
        _copy(there.records, db)
        return
    found(db, settings, now=now, keys=keys, people=False)
    records = {one.oid: one.data for written in db.storage.iterator() for one in written}
    _foundations[name] = Foundation(now, records)


def _copy(records: Mapping[bytes, bytes], db: DB) -> None:
    """As one transaction; by hand, because storing takes as long as making."""
    to, transaction = db.storage, TransactionMetaData()
    to.tpc_begin(transaction)
    to._tdata = dict(records)  # noqa: SLF001 - what ``store`` fills
    to._oid = int.from_bytes(max(records))  # noqa: SLF001 - what ``new_oid`` counts
    to.tpc_vote(transaction)
    to.tpc_finish(transaction)
    db.cacheMinimize()


def pkce() -> tuple[str, str]:
    """A verifier and its challenge (RFC 7636 §4.1, §4.2)."""
    verifier = secrets.token_urlsafe(48)
    digest = sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorization_request(rp: RelyingParty, **more: str | None) -> dict[str, str]:
    """The parameters of a plain request; ``more`` replaces them, None leaves one out."""
    params: dict[str, str | None] = {
        "client_id": rp.client_id,
        "redirect_uri": rp.redirect_uri,
        "response_type": "code",
        "scope": rp.scope,
        "state": "a-state",
        "nonce": "a-nonce",
        **more,
    }
    return {name: value for name, value in params.items() if value is not None}


def answer_of(response: Any) -> dict[str, str]:
    """The parameters of an authorization response in a Location header."""
    parts = urlsplit(response.headers["Location"])
    return dict(parse_qsl(parts.fragment or parts.query, keep_blank_values=True))


def sign_in(browser: TestApp, response: Any, username: str, password: str) -> Any:
    """Follow to the login page, fill it in; returns what comes next."""
    page = response.follow() if response.status_int == 303 else response
    form = page.forms["login-form"]
    form["username"], form["password"] = username, password
    return form.submit("login", headers=OWN_FORM)


def allow(response: Any, decision: str = "allow") -> Any:
    """Follow to the consent page and decide."""
    page = response.follow() if response.status_int == 303 else response
    return page.forms["consent-form"].submit("decision", value=decision, headers=OWN_FORM)


def authorize(
    op: TestProvider,
    browser: TestApp,
    rp: RelyingParty,
    username: str = "alice",
    password: str = "wonderland",
    **more: str | None,
) -> Any:
    """Walk through whatever pages come until the client is answered; that response."""
    response = browser.get(endpoint(browser, "authorize"), authorization_request(rp, **more))
    for _ in range(6):
        location = response.headers.get("Location", "")
        if location.endswith("/login"):
            response = sign_in(browser, response, username, password)
        elif location.endswith("/consent"):
            response = allow(response)
        else:
            return response
    msg = "the pages go round in circles"
    raise AssertionError(msg)


def redeem(
    browser: TestApp, rp: RelyingParty, code: str, *, status: int = 200, **more: str | None
) -> dict[str, Any]:
    """The token request for a code; the JSON answer."""
    body: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": rp.redirect_uri,
        **more,
    }
    return token_request(browser, rp, status=status, **body)


def token_request(
    browser: TestApp, rp: RelyingParty, *, status: int = 200, **body: str | None
) -> dict[str, Any]:
    """Any token request, authenticated as the client is registered."""
    fields = {name: value for name, value in body.items() if value is not None}
    headers = rp.basic
    if rp.secret is None:
        headers = {}
        fields.setdefault("client_id", rp.client_id)
    response = browser.post(endpoint(browser, "token"), fields, headers=headers, status=status)
    answer: dict[str, Any] = response.json
    return answer


def code_flow(
    op: TestProvider, browser: TestApp, rp: RelyingParty, **more: str | None
) -> dict[str, Any]:
    """A whole code flow with PKCE; the token response."""
    verifier, challenge = pkce()
    asked: dict[str, Any] = {
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **more,
    }
    response = authorize(op, browser, rp, **asked)
    return redeem(browser, rp, answer_of(response)["code"], code_verifier=verifier)


def bearer(access_token: str) -> dict[str, str]:
    """The header of a protected resource request (RFC 6750 §2.1)."""
    return {"Authorization": f"Bearer {access_token}"}
