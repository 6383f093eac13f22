"""``request.oidc``: the one attribute that our views use, made when it is first asked for."""

from __future__ import annotations

import logging
import secrets
import time
from functools import cached_property
from typing import Any

from pyramid_zodbconn import get_connection

from oidc_pyramid.accounts import OwnAccounts
from oidc_pyramid.client_auth import Presented
from oidc_pyramid.cookies import Cookies
from oidc_pyramid.host_accounts import HostAccounts
from oidc_pyramid.interfaces import (
    IAccounts,
    IAccountsFactory,
    IBrowserSessions,
    IBrowserSessionsFactory,
    IClientAuth,
    IKeysFactory,
    IThrottle,
    IThrottleFactory,
)
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.plugins import Plugins
from oidc_pyramid.protocol.errors import (
    Check,
    InvalidClient,
    InvalidRequest,
    ProtocolError,
)
from oidc_pyramid.protocol.language import choose
from oidc_pyramid.protocol.outcomes import Reply
from oidc_pyramid.protocol.params import Params, parse_form
from oidc_pyramid.runtime import Runtime
from oidc_pyramid.settings import Settings
from oidc_pyramid.storage import ROOT_KEY, DatabaseMissing
from oidc_pyramid.throttle import network_of

log = logging.getLogger("oidc_pyramid.errors")

FORM = "application/x-www-form-urlencoded"
MAX_BODY = 64 * 1024
CONNECTION = "_primary_zodb_conn"  # where get_connection keeps it

CLIENT_UNKNOWN = Check(
    "client-authentication",
    "RFC 6749 §5.2",
    "client authentication failed",
    "Check client_id, the secret, and token_endpoint_auth_method of the client.",
)
TWO_METHODS = Check(
    "client-authentication-once",
    "RFC 6749 §2.3",
    "the client authenticates in more than one way",
    "Use one method: the Authorization header or the body.",
)
GUESSED = Check(
    "client-guesses",
    "RFC 6749 §10.10",
    "too many failed attempts to authenticate as this client from this address",
    "Correct the secret, and wait as long as Retry-After says.",
)


def _let_go(request: Any) -> None:
    """A request that holds us while we hold it is garbage for the collector; so it just ends."""
    request.__dict__.pop("oidc", None)


class OIDC:
    """What a view needs of one request; nothing is opened before it is used."""

    def __init__(self, request: Any) -> None:
        self._request = request
        request.add_finished_callback(_let_go)
        self.now = int(time.time())
        self.runtime.begin_work()
        self.private_detail = ""
        self.reply: Reply | None = None
        self.silent = self.judged = False  # of an authorization request: prompt=none, well-formed
        self.cors_client: Client | None = None
        self.cors_anybody = False  # the answer is the same for all: no client's business
        self.endpoint: Any = None
        self._form: list[tuple[str, str]] | None = None

    @cached_property
    def runtime(self) -> Runtime:
        """What the process keeps."""
        return self._request.registry.getUtility(Runtime.interface)

    @cached_property
    def error_id(self) -> str:
        """What a person is shown, and what finds the reason in the log."""
        return secrets.token_hex(6)

    @property
    def settings(self) -> Settings:
        """The frozen settings."""
        return self.runtime.settings

    @cached_property
    def plugins(self) -> Plugins:
        """Lookup by interface and wire value."""
        return Plugins(self._request.registry)

    @cached_property
    def provider(self) -> Provider:
        """The root object as this transaction sees it."""
        root = self._connection().root()
        try:
            provider: Provider = root[ROOT_KEY]
        except KeyError:
            msg = "the database was never initialised: run 'oidc-pyramid init'"
            raise DatabaseMissing(msg) from None
        return provider

    def _connection(self) -> Any:
        """One for the whole request, which ``get_connection`` knows as well."""
        request, held = self._request, self.runtime.held
        connection = getattr(request, CONNECTION, None)
        if held is None or connection is not None:
            return get_connection(request, self.runtime.database or None)
        connection = held.take(request.tm)

        def finished(_request: Any) -> None:
            setattr(request, CONNECTION, None)  # whoever comes later finds none
            held.give_back(connection)

        setattr(request, CONNECTION, connection)
        request.add_finished_callback(finished)
        return connection

    @cached_property
    def cookies(self) -> Cookies:
        """Ours alone."""
        return Cookies(self._request, self.settings)

    def send_cookies(self, response: Any) -> None:
        """Those that were set, if any view has looked at cookies at all."""
        if "cookies" in self.__dict__:
            self.cookies.apply(response)

    @cached_property
    def accounts(self) -> IAccounts:
        """The people."""
        found = self.plugins.get(IAccountsFactory)(self._request)
        return found if isinstance(found, OwnAccounts) else HostAccounts(found)

    @cached_property
    def browser(self) -> IBrowserSessions:
        """Who is signed in here."""
        return self.plugins.get(IBrowserSessionsFactory)(self._request)

    @cached_property
    def throttle(self) -> IThrottle:
        """Counts failures."""
        return self.plugins.get(IThrottleFactory)(self._request)

    @cached_property
    def issuer(self) -> Issuer:
        """Everything that plug-ins need."""
        return Issuer(
            settings=self.settings,
            provider=self.provider,
            plugins=self.plugins,
            accounts=self.accounts,
            keys=self.plugins.get(IKeysFactory)(self.provider, self.settings),
            opened=self.runtime.safe.open(self.provider, self.settings),
            now=self.now,
            client_keys=self.runtime.client_keys,
            request=self._request,
        )

    def choose_language(self) -> None:
        """``ui_locales`` of the request, then the browser's wish, then the deployment's."""
        request, settings = self._request, self.settings
        wanted = request.environ.get("oidc.ui_locales", ())
        accepted = request.environ.get("HTTP_ACCEPT_LANGUAGE", "")
        request.locale_name = choose(wanted, accepted, settings.locales, settings.default_locale)
        request.__dict__.pop("localizer", None)

    def plugin(self, interface: Any, name: str) -> Any:
        """The plug-in of that wire value, or None."""
        return self.plugins.get(interface, name)

    def url(self, *path: str) -> str:
        """An absolute URL of ours, from the issuer setting."""
        return "/".join((self.settings.issuer, *path))

    def query(self) -> list[tuple[str, str]]:
        """The query, strictly decoded."""
        raw = self._request.environ.get("QUERY_STRING", "")
        return parse_form(raw.encode("latin-1"), limit=MAX_BODY + 1024)

    def form(self) -> list[tuple[str, str]]:
        """The body: urlencoded UTF-8 and nothing else (RFC 6749 App. B); read once."""
        if self._form is None:
            self._form = self._read_form()
        return self._form

    def _read_form(self) -> list[tuple[str, str]]:
        kind = self._request.environ.get("CONTENT_TYPE", "")
        media, _, parameters = kind.partition(";")
        charset = parameters.strip().lower().replace('"', "")
        if media.strip().lower() != FORM or charset not in ("", "charset=utf-8"):
            raise InvalidRequest(
                f"the body must be {FORM} in UTF-8", check="content-type", spec="RFC 6749 App. B"
            )
        length = self._request.content_length
        if length is not None and length > MAX_BODY:
            raise InvalidRequest("the body is too large", check="body-size")
        return parse_form(self.body(MAX_BODY + 1), limit=MAX_BODY)

    def body(self, length: int) -> bytes:
        """The first *length* bytes, from the start again when the request is tried again."""
        file = self._request.body_file_seekable
        file.seek(0)
        return bytes(file.read(length))

    def params(self, repeatable: tuple[str, ...] = ()) -> Params:
        """The parameters of a POST to an endpoint for clients: the body alone."""
        params = Params(self.form(), repeatable=repeatable)
        params.check_all()
        return params

    def authenticate_client(self, params: Params, *, public: bool = True) -> Client:
        """The client that the request proves; one method, the registered one (RFC 6749 §2.3).

        Raises ``InvalidClient`` with the same words for every reason.
        """
        presented = Presented(
            params, self._request.environ.get("HTTP_AUTHORIZATION"), self._endpoint()
        )
        method, client_id = self._method(presented)
        guesser = (client_id[:512], network_of(self._request.remote_addr))
        self.runtime.guesses.admit(guesser, self.now, GUESSED)
        try:
            client = self._proven(presented, method, client_id)
        except InvalidClient:
            self.runtime.guesses.fail(guesser, self.now)
            raise
        sent = params.get("client_id")
        if sent is not None and sent != client.client_id:
            raise InvalidRequest(TWO_METHODS, private="client_id differs from the credentials")
        if client.public and not public:
            raise InvalidClient(CLIENT_UNKNOWN, private="a public client is not enough here")
        return client

    def _proven(self, presented: Presented, method: Any, client_id: str) -> Client:
        client = self.provider.clients.get(client_id)
        self.cors_client = client
        if client is None or not client.active:
            raise InvalidClient(CLIENT_UNKNOWN, private=f"no active client {client_id!r}")
        if client.token_endpoint_auth_method != method.name:
            raise InvalidClient(CLIENT_UNKNOWN, private=f"{method.name} is not the client's method")
        if not method.verify(presented, client, self.issuer):
            raise InvalidClient(CLIENT_UNKNOWN, private="wrong credentials")
        return client

    def _endpoint(self) -> str:
        """The URL that this request was meant for: an audience of assertions (RFC 7523 §3)."""
        return self.url(self._request.view_name)

    def _method(self, presented: Presented) -> tuple[Any, str]:
        """The one method that the request uses; ``none`` only when there is no other."""
        used = []
        for name in self.settings.client_auth:
            method = self.plugins.get(IClientAuth, name)
            client_id = method.client_id(presented)
            if client_id is not None:
                used.append((method, client_id))
        strong = [pair for pair in used if pair[0].name != "none"]
        if len(strong) > 1:
            raise InvalidRequest(TWO_METHODS)
        if not used:
            raise InvalidClient(CLIENT_UNKNOWN, private="no credentials")
        return (strong or used)[0]

    def log_refusal(self, error: ProtocolError) -> None:
        """One line that holds the full reason, found by the id that the person was shown."""
        self.private_detail = error.private
        log.info(
            "%s refused %s check=%s spec=%r public=%r private=%r",
            self.error_id,
            error.error,
            error.check.id,
            error.check.spec,
            error.check.public,
            error.private[:500],
        )

    def announce_after_commit(self) -> None:
        """Tell the subscribers what happened, once it can't be undone any more."""
        issuer = self.__dict__.get("issuer")
        if issuer is None or not (issuer.events or issuer.wake):
            return
        events, issuer.events = issuer.events, []
        notify, runtime, wake = self._request.registry.notify, self.runtime, issuer.wake

        def after(succeeded: bool) -> None:
            for event in events if succeeded else ():
                notify(event)
            if succeeded and wake:
                runtime.wake_delivery()

        self._request.tm.get().addAfterCommitHook(after)
