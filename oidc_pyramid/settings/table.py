"""The table of settings. To add one, add a line: name, type, how it is read, default, meaning.

``oidc.code_expire`` of the ini file is ``settings.code_expire``. Everything else (start-up
checks, ``oidc-pyramid settings``, the reference in the documentation) is made from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from oidc_pyramid.protocol.jwk import ASYMMETRIC
from oidc_pyramid.protocol.resource import Resource
from oidc_pyramid.settings.addresses import issuer, link, page, templates
from oidc_pyramid.settings.convert import (
    dotted,
    dotteds,
    duration,
    flag,
    octets,
    one_of,
    pairs,
    period,
    phrases,
    text,
    whole,
    words,
    words_of,
)
from oidc_pyramid.settings.key import key
from oidc_pyramid.settings.resources import resources

SECTIONS = {  # the first key of each section, and its title
    "issuer": "The provider",
    "site_name": "Pages",
    "include": "Plug-ins and hooks",
    "grant_types": "What is offered",
    "signing_alg": "Keys and signatures",
    "code_expire": "Lifetimes",
    "consent_remember": "Consent",
    "signup": "Accounts, passwords and throttles",
    "bearer_in_body": "Userinfo, introspection and public documents",
    "registration": "Registration of clients",
    "session_management": "Sign-out",
    "fetch_allow": "Fetching from clients",
    "database": "Operation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment decides; made by ``read_settings`` once, never changed."""

    # fmt: off
    issuer: str = key(issuer, "", """
        The address of the provider, and the prefix of every URL that it gives out. https, unless
        its host is loopback; a path is allowed; no query, fragment or closing slash
        (Discovery §3).""", required=True, was="SITE_URL")
    hosts: tuple[str, ...] = key(words, "", """
        Further names, with port where it is not the usual one, under which requests may reach the
        provider; others are answered 421. No address that the provider writes depends on it.""",
        shown_default="the issuer's host alone")
    secret: bytes = key(octets, "", """
        The secret under which private keys and seal roots are kept in the database: 32 random
        bytes or more. Use `file:PATH` (`oidc-pyramid init` creates the file) or `env:NAME`.
        Needed outside development; well-known and repeating values are refused.""",
        secret=True, shown_default="none; in development a known one")
    secret_previous: bytes = key(octets, "", """
        The secret before, while it is changed: what still lies in the database under it is opened,
        what is written lies under `oidc.secret`. `oidc-pyramid secret rewrap` makes it needless.""",
        secret=True, shown_default="none")
    development: bool = key(flag, "false", """
        Development mode: a known secret will do, `init` adds demonstration people and a client,
        and the welcome page names them. Never on a machine that others can reach.""")
    explain_errors: bool = key(flag, "false", """
        Error pages show which check failed, its specification and the fix. In development
        alone.""")

    site_name: str = key(text, "", """
        The name of the provider, as people read it on its pages.""",
        shown_default="the host of the issuer")
    templates: str = key(templates, "", """
        A directory or an asset specification with page templates that replace ours of the same
        name.""", was="OIDC_TEMPLATES")
    login_url: str = key(page, "", """
        The host application's own sign-in page; the parameter `next` names where to return.
        Empty: our page.""", was="OIDC_LOGIN_URL")
    service_documentation: str = key(link, "", """
        Where developers read about this provider; published in the metadata.""")
    op_policy_uri: str = key(link, "", """
        How the provider uses data; published in the metadata and linked from the pages.""")
    op_tos_uri: str = key(link, "", """
        The provider's terms of service; published in the metadata and linked from the pages.""")
    locales: tuple[str, ...] = key(words, "en de", """
        The languages of the pages, as language tags.""")
    default_locale: str = key(text, "en", """
        The language of the pages where neither `ui_locales` nor the browser asks for one of
        `oidc.locales`.""")

    include: tuple[object, ...] = key(dotteds, "", """
        Modules whose `includeme(config)` is called after ours: they register plug-ins, scopes
        and claims.""")
    plugins: tuple[tuple[str, object], ...] = key(pairs, "", """
        Single plug-ins by dotted name, where a module with `includeme` is too much: KIND is the
        directive `config.add_oidc_KIND` without its prefix (`grant_type`, `prompt`,
        `request_policy`, ...).""")
    claims: tuple[object, ...] = key(dotteds, "", """
        Dotted names of `IClaims` plug-ins: the claims of one scope each.""")
    scopes: tuple[str, ...] = key(words, "", """
        Further scopes that clients may ask for, beyond those that a plug-in explains to
        people.""")
    accounts: object = key(dotted, "", """
        An `IAccountsFactory`: the host application's own users. Empty: ours, in the
        database.""")
    browser_sessions: object = key(dotted, "", """
        An `IBrowserSessionsFactory`: the host application's own sign-in sessions. Empty:
        ours.""")
    throttle: object = key(dotted, "", """
        An `IThrottleFactory` that counts failed sign-ins. Empty: ours, in the database.""")
    keys: object = key(dotted, "", """
        An `IKeysFactory`: signing keys elsewhere, such as in a key management service. Empty:
        ours, in the database, encrypted under `oidc.secret`.""")
    after_login_hook: object = key(dotted, "", """
        Called when somebody is signed in, before anything is asked; may return a response.""",
        was="OIDC_AFTER_USERLOGIN_HOOK")
    after_end_session_hook: object = key(dotted, "", """
        Called when a sign-out is decided, before the session ends.""",
        was="OIDC_AFTER_END_SESSION_HOOK")
    sub_generator: object = key(dotted, "", """
        `f(user)`: a unique text for an account that is never given to another. Empty: a random
        identifier, made with the account.""", was="OIDC_IDTOKEN_SUB_GENERATOR")
    userinfo_hook: object = key(dotted, "", """
        `f(claims, user)`, or a class with `get_by_user(user)`: fills in the standard claims.""",
        was="OIDC_USERINFO")
    extra_scope_claims: object = key(dotted, "", """
        A class with `scope_NAME(self)` methods, each of which returns the claims of one
        scope.""", was="OIDC_EXTRA_SCOPE_CLAIMS")
    id_token_processing_hook: tuple[object, ...] = key(dotteds, "", """
        `f(id_token, user, token, request)`, one after the other: each returns the claims of the
        ID Token.""", was="OIDC_IDTOKEN_PROCESSING_HOOK")
    introspection_processing_hook: tuple[object, ...] = key(dotteds, "", """
        `f(response, client, id_token)`, one after the other: each returns the introspection
        answer.""", was="OIDC_INTROSPECTION_PROCESSING_HOOK")

    grant_types: tuple[str, ...] = key(
        words, "authorization_code refresh_token client_credentials", """
        The grant types that this deployment offers; a client uses those of them that its
        metadata names. The ancestor's password grant does not exist (OAuth 2.1).""",
        was="OIDC_GRANT_TYPE_PASSWORD_ENABLE")
    response_types: tuple[str, ...] = key(phrases, "code", """
        The response types that this deployment offers, separated by commas or lines because
        one may contain spaces: `code, id_token, id_token token`.""")
    response_modes: tuple[str, ...] = key(words, "query fragment form_post", """
        How an authorization response may travel.""")
    client_auth: tuple[str, ...] = key(
        words,
        "none client_secret_basic client_secret_post client_secret_jwt private_key_jwt", """
        How clients may authenticate at the token endpoint; `none` is for public clients, who
        need PKCE.""")
    assertion_lifetime: int = key(period(), "5m", """
        How far ahead the expiry of a client's assertion may be (RFC 7523 §3).""")
    request_parameter: bool = key(flag, "true", """
        Accept signed request objects by value (RFC 9101, Core §6).""")
    request_uri_parameter: bool = key(flag, "false", """
        Fetch request objects from the `request_uris` that a client has registered.""")
    request_object_unsigned: bool = key(flag, "false", """
        Accept request objects that nobody signed, from clients that registered no algorithm. For
        tests of conformance.""")
    id_token_none: bool = key(flag, "false", """
        Clients may register for ID Tokens without a signature, in the code flow (Core §2). For
        tests of conformance.""")
    error_interstitial: str = key(one_of("off", "on", "strict"), "on", """
        What happens to an error that nobody was asked about when the client has registered itself
        and you have not marked it as verified: `on` shows a page that names the application and
        lets the person go on, `off` redirects at once, as the specifications have it. The refusal
        of a well-formed silent request (`prompt=none`) is redirected with `on`; with `strict` only
        if the person has allowed that client something before (RFC 9700 §4.11.2).""")
    require_pkce: bool = key(flag, "false", """
        PKCE (S256) for confidential clients too. Public clients always need it.""")
    access_token_format: str = key(text, "opaque", """
        The format of access tokens where neither client nor resource asks for another: `opaque`
        (sealed, can be ended at once) or `jwt` (RFC 9068; signed, read by others without us).""")
    resources: tuple[Resource, ...] = key(resources, "", """
        The APIs that access tokens are made for when a client asks with `resource` (RFC 8707), a
        line each: its identifier, an absolute URI; `scopes=read,write`, the scopes that it knows
        and no other resource does (those of OpenID Connect apart); where it matters `format=jwt`
        or `opaque`, `alg=ES256` (one of `oidc.signing_algs`; usual is `oidc.signing_alg`) and
        `expire=10m` (usual is `oidc.token_expire`). Without `resource` a token is for this
        provider itself.""")
    acr_values: tuple[str, ...] = key(words, "", """
        The levels of authentication on offer, weakest first; the first is what a password gives.
        Prompts of yours can reach the others.""")

    signing_alg: str = key(one_of(*ASYMMETRIC), "RS256", """
        How ID Tokens are signed for clients that don't say.""")
    signing_algs: tuple[str, ...] = key(words_of(*ASYMMETRIC), "", """
        The algorithms that `init` makes a key for. Clients may choose from those that a key signs
        with.""",
        shown_default="`oidc.signing_alg` and ES256")
    key_publish_ahead: int = key(duration, "24h", """
        How long a new key is published before it signs, so that clients have fetched it.""")
    key_retire_after: int = key(duration, "7d", """
        How long a key stays published after it has signed for the last time.""")
    rotate_keys_every: int = key(duration, "0", """
        How often the server makes new keys by itself. 0: by hand, with `oidc-pyramid keys
        rotate`.""")

    code_expire: int = key(period(), "60s", """
        How long an authorization code can be redeemed.""", was="OIDC_CODE_EXPIRE")
    token_expire: int = key(period(), "1h", """
        How long an access token is good.""", was="OIDC_TOKEN_EXPIRE")
    id_token_expire: int = key(period(), "10m", """
        How long an ID Token is good.""", was="OIDC_IDTOKEN_EXPIRE")
    id_token_include_claims: bool = key(flag, "false", """
        Put the claims of the scopes into the ID Token too, not only into UserInfo.""",
        was="OIDC_IDTOKEN_INCLUDE_CLAIMS")
    refresh_expire: int = key(period(), "30d", """
        How long a refresh token may lie unused; each use starts it again.""")
    refresh_absolute_expire: int = key(period(), "180d", """
        How long refreshing is possible after the person's authorization, whatever happens.""")
    refresh_grace: int = key(duration, "10s", """
        How long the previous refresh token still gets the same successor, so that a lost answer
        is no lost sign-in. 0: never.""")
    interaction_expire: int = key(period(), "30m", """
        How long a person may take to answer the pages of one request.""")
    session_idle: int = key(period(), "8h", """
        How long a sign-in at a browser lasts unused.""")
    session_expire: int = key(period(), "7d", """
        How long a sign-in at a browser lasts, whatever happens.""")
    id_token_hint_max_age: int = key(duration, "0", """
        How long after its expiry an ID Token still says who wants to sign out. 0: for ever
        (RP-Initiated Logout §2).""")

    consent_remember: bool = key(flag, "true", """
        Don't ask again for what a person has allowed a client before.""",
        was="OIDC_SKIP_CONSENT_ENABLE")
    consent_expire: int = key(period(), "90d", """
        How long a person's consent is remembered.""", was="OIDC_SKIP_CONSENT_EXPIRE")

    signup: bool = key(flag, "false", """
        People may create their own account on our pages.""")
    remember_devices: bool = key(flag, "true", """
        Remember that somebody has signed in at this browser before, so that guesses from
        elsewhere can't lock them out of it.""")
    password_min_length: int = key(whole(1, 1024), "10", """
        How many characters a new password needs.""")
    password_max_length: int = key(whole(64, 65536), "1024", """
        How many bytes a password may have: longer ones are refused before they are hashed.""")
    password_hash_memory: int = key(whole(8192), "19456", """
        Memory of one argon2id hash in KiB. A change makes each hash anew at the next
        sign-in.""")
    password_hash_time: int = key(whole(1), "2", """
        Passes of one argon2id hash.""")
    password_hash_parallelism: int = key(whole(1, 64), "1", """
        Lanes of one argon2id hash.""")
    password_hash_concurrency: int = key(whole(1), "2", """
        How many hashes a process computes at once: the bound of the memory that a storm of
        sign-ins can take.""")
    password_hash_wait: int = key(duration, "5s", """
        How long a sign-in waits for its turn to be hashed before it is answered 503.""")
    throttle_window: int = key(period(), "10m", """
        The time over which failures are counted.""")
    throttle_account: int = key(whole(1), "10", """
        How many failed sign-ins of one account close it for guesses from unknown browsers, in
        one window.""")
    throttle_address: int = key(whole(1), "100", """
        How many failed sign-ins from one address close that address, in one window.""")
    throttle_secret: int = key(whole(1), "100", """
        How many failed client authentications of one client from one address are answered, in
        one window.""")
    throttle_tokens: int = key(whole(1), "1000", """
        How many texts that never were tokens of ours one client or one address may present to
        introspection or UserInfo in one window; then such a text is answered 429. Tokens of ours
        are always looked at: nobody can close the endpoint for others.""")
    cookie_name: str = key(text, "oidc", """
        The stem of our cookies' names (`__Host-` is put before it on https). Two providers on
        one host need two.""")

    bearer_in_body: bool = key(flag, "true", """
        Accept an access token as a form parameter of a POST to UserInfo (RFC 6750 §2.2).""")
    bearer_in_query: bool = key(flag, "false", """
        Accept an access token in the query of UserInfo, as the ancestor did (RFC 6750 §2.3,
        forbidden by OAuth 2.1: addresses end up in logs).""")
    introspection_audience: str = key(one_of("client", "any"), "client", """
        Whose tokens a client may introspect: `client` means its own and those that name it as
        audience, `any` means all.""", was="OIDC_INTROSPECTION_VALIDATE_AUDIENCE_SCOPE")
    introspection_scope: bool = key(flag, "true", """
        Introspection answers name the scope.""", was="OIDC_INTROSPECTION_RESPONSE_SCOPE_ENABLE")
    cors_public: bool = key(flag, "true", """
        Scripts of any origin may read the metadata and the keys, without credentials.""")
    webfinger: bool = key(flag, "false", """
        Answer WebFinger (Discovery §2): clients find this provider by an address such as
        `alice@example.com`, where `example.com` is the issuer's host or one of `oidc.hosts`. Nobody
        learns who has an account.""")
    jwks_max_age: int = key(duration, "1h", """
        How long others may keep the published keys.""")
    discovery_max_age: int = key(duration, "1h", """
        How long others may keep the metadata.""", was="OIDC_DISCOVERY_CACHE_EXPIRE")

    registration: str = key(one_of("off", "token", "open"), "off", """
        Whether clients may register themselves: never, with an initial access token
        (`oidc-pyramid registration-token create`), or anybody (RFC 7591).""")
    registration_scopes: tuple[str, ...] = key(
        words, "openid profile email phone address offline_access", """
        The scopes that such a client may register for; all of them where it names none.""")
    registration_statement_jwks: str = key(text, "", """
        The JWK Set, best as `file:PATH`, of those whose software statements are believed: what
        they say of a client counts more than what it says itself (RFC 7591 §2.3).""")
    registration_quota: int = key(whole(0), "10000", """
        How many clients there may be before nobody can register one any more. 0: no bound.""")
    registration_unused_expire: int = key(duration, "30d", """
        How long a client that registered itself may go without a single sign-in before it is
        removed. 0: for ever.""")

    session_management: bool = key(flag, "false", """
        OpenID Connect Session Management: `session_state` in answers and the page that clients
        poll in an iframe. Browsers that block cookies of third parties make it useless.""",
        was="OIDC_SESSION_MANAGEMENT_ENABLE")
    logout_attempts: int = key(whole(1, 50), "8", """
        How often a client is told of a sign-out by back-channel before we give up.""")
    logout_interval: int = key(duration, "15s", """
        How often the running server looks for sign-outs that clients still have to be told. 0:
        never in this process.""")

    fetch_allow: tuple[str, ...] = key(words, "", """
        Networks that may be fetched from though they are not public, as in `127.0.0.0/8`: for
        tests, and for clients inside your own network.""")
    fetch_ca_bundle: str = key(text, "", """
        A file of certificate authorities to trust when fetching. Empty: the system's.""")
    fetch_timeout: int = key(period(), "3s", """
        How long one fetch (`jwks_uri`, `request_uri`, a back-channel sign-out) may take in
        all. The connection is cut then.""")
    fetch_max_bytes: int = key(whole(1024), "65536", """
        How large an answer may be that is fetched from a client.""")

    database: str = key(text, "", """
        Which database, where the application has several: NAME of `zodbconn.uri.NAME`. Empty:
        that of `zodbconn.uri`.""")
    database_classes: tuple[str, ...] = key(words, "", """
        Python packages of a host application whose classes lie in the same database. A record
        that names any other class than theirs and ours is refused, and nothing of it runs.""")
    sweep_interval: int = key(duration, "5m", """
        How often the running server removes what has expired. 0: never; run `oidc-pyramid
        purge` instead.""")
    sweep_batch: int = key(whole(1), "200", """
        How many expired things one transaction of the sweep removes.""")
    pack_interval: int = key(duration, "1d", """
        How often the running server packs its database, where that is a FileStorage or SQLite: one
        of its processes, beside the requests. 0: never; run `oidc-pyramid pack` instead, as for
        PostgreSQL and ZEO, which are never packed by themselves.""")
    pack_keep: int = key(duration, "0", """
        For how long such a pack leaves what was replaced in a FileStorage.""")
    retry_attempts: int = key(whole(1, 20), "5", """
        How often a request that met a rival write is tried before it is answered 503.""")
    retry_after: int = key(whole(1), "1", """
        Seconds that such a 503 asks the client to wait.""")
    # fmt: on

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """What opens a value in the database: the secret, and the one before while it changes."""
        return (self.secret, self.secret_previous) if self.secret_previous else (self.secret,)

    @property
    def targets(self) -> Mapping[str, Resource]:
        """All that an access token may be for, by identifier: ourselves and the resources."""
        ours = Resource(self.issuer, None, alg=self.signing_alg, expire=self.token_expire)
        return _by_identifier(ours, *self.resources)

    @property
    def longest_token_expire(self) -> int:
        """How long any access token may be good."""
        return max(self.token_expire, *(resource.expire for resource in self.resources), 0)


@lru_cache
def _by_identifier(*resources: Resource) -> Mapping[str, Resource]:
    return {one.identifier: one for one in resources}
