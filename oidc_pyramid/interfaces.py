"""Every plug point and context marker: the public contract, always safe to import.

The ``name`` of a plug-in is its wire value. Plug-ins never see a request unless the interface
says so; they get frozen values and an :class:`oidc_pyramid.issuer.Issuer`.
"""

from __future__ import annotations

from zope.interface import Attribute, Interface


class INode(Interface):
    """Anything that our views may be bound to."""


class IProvider(INode):
    """The root of the provider: its clients, users, keys and vault."""


class IWellKnown(INode):
    """``/.well-known``: metadata (Discovery §4, RFC 8414 §3)."""


class IInteractions(INode):
    """``/interactions``: the parent of what is going on between a person and a request."""


class IInteraction(INode):
    """``/interactions/{seal}``: one authorization request that waits for a person."""


class IClients(INode):
    """``/clients``: the registration endpoint (RFC 7591 §3)."""


class IClient(INode):
    """``/clients/{client_id}``: one client (RFC 7592 §2)."""


class IAccountPage(INode):
    """``/account``: a person's own pages."""


class IAdmin(INode):
    """``/admin``: the operator's pages."""


class IClientAuth(Interface):
    """How a client proves who it is (RFC 6749 §2.3, Core §9)."""

    name = Attribute("the ``token_endpoint_auth_method``")

    def client_id(presented):
        """The client id that this method finds in ``presented``; None when it was not used."""

    def verify(presented, client, issuer):
        """True when the credentials are the client's."""


class IGrantType(Interface):
    """What a token request may redeem (RFC 6749 §4, §4.5)."""

    name = Attribute("the ``grant_type``")

    def redeem(exchange):
        """``Issued`` or ``Refused``; raises ``TokenError`` when nothing has happened."""


class IResponseType(Interface):
    """One name of a ``response_type`` set (Multiple Response Types §3)."""

    name = Attribute("code, token, id_token ...")
    order = Attribute("later ones see what earlier ones issued: an ID Token hashes the code")
    default_mode = Attribute("query or fragment")

    def issue(decision, issued):
        """The response parameters to add; ``issued`` holds those of earlier types."""


class IResponseMode(Interface):
    """How an authorization response travels."""

    name = Attribute("the ``response_mode``")
    carries_tokens = Attribute("False where a token must never travel this way")

    def deliver(reply, fields):
        """A ``Transport``."""


class ITokenFormat(Interface):
    """What an access token looks like."""

    name = Attribute("opaque, jwt ...")

    def issue(token, issuer):
        """The token as text."""

    def read(text, issuer):
        """An ``AccessToken``, or None when the text is not of this format."""


class IPrompt(Interface):
    """Something a person may have to do before an answer can be given (Core §3.1.2.1)."""

    name = Attribute("the ``prompt`` value, and the view name below the interaction")
    before = Attribute("names of prompts that come later")
    after = Attribute("names of prompts that come earlier")

    def needed(wanted, session, consent):
        """The error code for ``prompt=none`` when the person must act, else None."""


class IStepUp(IPrompt):
    """A prompt that proves more about somebody who is signed in: a second factor."""

    acr = Attribute("the level of ``oidc.acr_values`` that the session then has")
    amr = Attribute("tuple of the methods that this adds (RFC 8176)")

    def offered_to(account):
        """True when this person has the means."""


class IClaims(Interface):
    """The claims of one scope (Core §5.4)."""

    name = Attribute("the scope value")
    supplies = Attribute("tuple of claim names that may be returned")

    def __call__(account):
        """A mapping of claims; empty values are removed by the caller."""


class IClientClaims(IClaims):
    """Claims that depend on who asks."""

    def for_client(account, client, scope):
        """As ``__call__``; ``client`` is None where nobody in particular asks."""


class IScope(Interface):
    """A scope in words, for the consent page."""

    name = Attribute("the scope value")
    title = Attribute("a short phrase")
    description = Attribute("a sentence")
    icon = Attribute("the name of an icon")


class IRequestPolicy(Interface):
    """A deployment's own rule for authorization requests: it may only refuse or narrow."""

    name = Attribute("a label")

    def check(wanted, client):
        """The same or a narrower ``Wanted``; raises ``AuthorizationError``."""


class IRegistrationPolicy(Interface):
    """A deployment's own rule for clients that register themselves (RFC 7591 §5)."""

    name = Attribute("a label")

    def check(metadata, issuer):
        """The metadata to keep; raises ``InvalidClientMetadata`` or ``InvalidRedirectUri``."""


class IMetadata(Interface):
    """Members of the metadata document (RFC 8414 §2)."""

    name = Attribute("a label")

    def members(issuer):
        """A mapping of metadata members."""


class ITokenProcessor(Interface):
    """The last word on the claims of a token or an introspection answer."""

    name = Attribute("a label; processors run in the order of their names")
    kind = Attribute("id_token, access_token, userinfo or introspection")

    def __call__(claims, context):
        """The claims to use. ``context`` is an ``Issuance``."""


class IAccount(Interface):
    """Somebody with claims."""

    id = Attribute("stable, never reassigned, at most 128 characters")
    username = Attribute("what the person types")
    generation = Attribute("grows when everything derived so far must end")


class IAccounts(Interface):
    """Where the people are. A host with its own users replaces this."""

    def get(account_id):
        """The account, or None; also None when it may not sign in any more."""

    def by_userid(userid):
        """The account that the host's security policy calls so; a host may leave it out where
        that is the id."""

    def authenticate(username, password):
        """The account when the password is right, else None, with the same work."""

    def pin(account):
        """Make the account's being active a precondition of this commit."""


class IAccountsFactory(Interface):
    """Makes the ``IAccounts`` of one request: it may use the request's connections."""

    def __call__(request):
        """An ``IAccounts``."""


class IBrowserSessions(Interface):
    """Who is signed in at this browser. A host with its own login replaces this."""

    def current():
        """The current ``SignIn`` or None."""

    def all():
        """Every ``SignIn`` of this browser, the current one first."""

    def sign_in(account, *, amr, acr, interaction):
        """Record that somebody proved who they are; the new current ``SignIn``."""

    def step_up(sid, *, acr, amr):
        """Record that the person has proved more; the ``SignIn`` with the same ``sid``, or None."""

    def select(sid, interaction):
        """Make another signed-in account the current one."""

    def sign_out(sid):
        """End one session."""

    def visited(sid):
        """The ``Session`` record of a sign-in, with the clients that it was used at, or None."""

    def is_finished(interaction):
        """True when that interaction has had its answer."""

    def finish(interaction, expires_at):
        """Remember that the interaction has had its answer."""

    def resumed(interaction):
        """The browser has come back to that interaction, perhaps from a sign-in elsewhere."""

    def login_location(resume_url, wanted):
        """Where a person signs in, or None for our own page."""


class IBrowserSessionsFactory(Interface):
    """Makes the ``IBrowserSessions`` of one request."""

    def __call__(request):
        """An ``IBrowserSessions``."""


class IKeys(Interface):
    """The issuer's signing keys."""

    def signer(alg):
        """A ``Signer`` with the current key of that algorithm; raises ``KeyError``."""

    def algs():
        """The algorithms that have a current key."""

    def public():
        """The published public JWKs, as dicts."""

    def decryption_keys():
        """Private JWK objects by kid, for what is encrypted to us."""


class IKeysFactory(Interface):
    """Makes the ``IKeys`` of one transaction from the provider."""

    def __call__(provider, settings):
        """An ``IKeys``."""


class IThrottle(Interface):
    """Counts failures so that guessing is slow and nobody is locked out by a stranger."""

    def admit(keys, now):
        """Seconds to wait, or 0: may an attempt under these ``(kind, name)`` keys go on?"""

    def fail(keys, now):
        """Count a failure under each key."""

    def clear(keys, now):
        """Forget the failures after a success."""


class IThrottleFactory(Interface):
    """Makes the ``IThrottle`` of one request."""

    def __call__(request):
        """An ``IThrottle``."""


class ISubject(Interface):
    """The ``sub`` of an account before it is made pairwise (Core §8)."""

    def __call__(account):
        """At most 255 ASCII characters, stable, never reassigned (Core §2)."""


class IAfterLogin(Interface):
    """The ancestor's after-login hook: runs when somebody is signed in, before other prompts."""

    def __call__(request, account, client, parameters, resume_url):
        """None to go on, or a response; it may send the browser back to ``resume_url``."""


class IAfterEndSession(Interface):
    """Runs when a person has signed out at a client's request."""

    def __call__(request, id_token, post_logout_redirect_uri, state, client, next_page):
        """The return value is ignored."""
