"""The cast of the attacks: who they are, and how they walk through the pages."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from urllib.parse import urlencode

from oidc_pyramid import testing
from oidc_pyramid.testing import RelyingParty, TestProvider
from tests.functional.attacks import wire

VERIFIER = "a-verifier-that-is-long-enough-for-RFC-7636-43"
PASSWORD = "the password of ursula"


def challenge(verifier=VERIFIER):
    """The parameters that go with VERIFIER."""
    digest = sha256(verifier.encode()).digest()
    text = urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"code_challenge": text, "code_challenge_method": "S256"}


@dataclass
class Cast:
    """A provider, the clients A and B, a public client P, a service S, and the victim."""

    op: TestProvider = field(repr=False)
    a: RelyingParty
    b: RelyingParty
    p: RelyingParty
    s: RelyingParty
    username: str
    victim: str
    address: str

    def browser(self, **headers):
        browser = self.op.browser(**headers)
        browser.extra_environ["REMOTE_ADDR"] = self.address
        return browser

    def asks(self, rp=None, **more):
        """The parameters of an authorization request of A, with a challenge."""
        return testing.authorization_request(rp or self.a, **{**challenge(), **more})

    def authorize(self, pairs, *, method="GET", browser=None, **options):
        """An authorization request as raw pairs, or as a mapping."""
        encoded = urlencode(pairs)
        if browser is not None:
            return browser.get(f"/authorize?{encoded}", status="*")
        if method == "POST":
            return wire.call(self.op, "/authorize", method="POST", body=encoded.encode(), **options)
        return wire.call(self.op, f"/authorize?{encoded}", **options)

    def post(self, path, fields, rp=None, **options):
        """A client's POST; Basic authentication where *rp* has a secret."""
        headers = [*options.pop("headers", ())]
        if rp is not None and rp.secret is not None:
            headers += rp.basic.items()
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return wire.call(self.op, path, method="POST", body=body, headers=headers, **options)


NUMBERS = count(1)


def make_cast(op):
    """New clients and a new victim at *op*: nobody else's attack touches them."""
    number = next(NUMBERS)

    def client(name, *uris, **metadata):
        return op.add_client(f"{name}{number}", redirect_uris=uris, **metadata)

    out = {"post_logout_redirect_uris": ("https://a.example/out",)}
    service = {"grant_types": ("client_credentials",), "response_types": (), "scope": ("books",)}
    app = ("https://p.example/cb", "http://127.0.0.1/cb", "com.example.p:/cb")
    username = f"ursula{number}"
    claims = {"name": "Ursula", "email": "ursula@example.org", "phone_number": "+15550100"}
    return Cast(
        op,
        a=client("A", "https://a.example/cb", **out),
        b=client("B", "https://b.example/cb", "https://b.example/other"),
        p=client("P", *app, secret=None, application_type="native"),
        s=client("S", **service),
        username=username,
        victim=op.add_user(username, PASSWORD, email_verified=True, **claims),
        address=f"2001:db8:0:{number:x}::1",
    )


def walk(cast, browser, rp=None, **more):
    """Through the pages until the client is answered; that response."""
    asked = {**challenge(), **more}
    return testing.authorize(cast.op, browser, rp or cast.a, cast.username, PASSWORD, **asked)


def code_of(cast, browser=None, rp=None, **more):
    """A code, with everything agreed to."""
    return testing.answer_of(walk(cast, browser or cast.browser(), rp, **more))["code"]


def tokens(cast, browser=None, rp=None, **more):
    """A whole flow; the token response."""
    browser, rp = browser or cast.browser(), rp or cast.a
    code = code_of(cast, browser, rp, **more)
    uri = more.get("redirect_uri", rp.redirect_uri)
    return testing.redeem(browser, rp, code, code_verifier=VERIFIER, redirect_uri=uri)


def exchange(code, verifier=VERIFIER, uri="https://a.example/cb", **more):
    """A token request of A for a code."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": uri}
    return {**fields, **({} if verifier is None else {"code_verifier": verifier}), **more}
