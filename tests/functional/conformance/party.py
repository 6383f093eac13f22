"""A relying party that walks through the pages and checks each answer as the suite does."""

import secrets
from dataclasses import dataclass, field

from joserfc.jwk import KeySet

from oidc_pyramid import testing
from tests.functional.conformance import checker
from tests.functional.conformance.answers import Answer, read_answer


@dataclass
class Walk:
    """What came at last, and which pages a person saw on the way."""

    response: object
    pages: list[str] = field(default_factory=list)


@dataclass
class Party:
    """``client`` is the registered client; ``browser`` the person's."""

    op: testing.TestProvider
    client: testing.RelyingParty
    flow: object
    browser: object = None

    def __post_init__(self):
        self.browser = self.browser or self.op.browser()
        self.metadata = self.browser.get("/.well-known/openid-configuration").json
        self.keys = KeySet.import_key_set(self.browser.get("/jwks").json)
        self.asked = {}

    def request(self, **more):
        """The parameters that the suite sends; ``more`` replaces them, None leaves one out."""
        self.asked = testing.authorization_request(
            self.client,
            response_type=more.pop("response_type", self.flow.response_type),
            response_mode=more.pop("response_mode", self.flow.mode),
            state=more.pop("state", secrets.token_hex(5)),
            nonce=more.pop("nonce", secrets.token_hex(5)),
            **more,
        )
        return self.asked

    def ask(self, **more):
        """What the authorization endpoint says, before anybody does anything."""
        return self.browser.get("/authorize", self.request(**more))

    def walk(self, response, username="alice", password="wonderland", decision="allow"):
        """Fill in every page that comes."""
        pages = []
        for _ in range(6):
            page = response.headers.get("Location", "").rpartition("/")[2]
            if page == "login":
                response = testing.sign_in(self.browser, response, username, password)
            elif page == "consent":
                response = testing.allow(response, decision)
            elif "/interactions/" in response.headers.get("Location", ""):
                response = response.follow()
                continue
            else:
                return Walk(response, pages)
            pages.append(page)
        raise AssertionError(f"the pages go round in circles: {pages}")

    def answer(self, response) -> Answer:
        """The answer in it, which has to be where this flow wants it."""
        answer = read_answer(response, self.asked["redirect_uri"])
        assert answer.transport == self.flow.transport
        assert answer.params.get("state") == self.asked.get("state")
        assert answer.params.get("iss") == self.op.issuer
        return answer

    def authorize(self, **more):
        """Ask, walk, and the checked answer with a success in it; ``pages`` are in it too."""
        walk = self.walk(self.ask(**more))
        answer = self.answer(walk.response)
        checker.check_success(answer.params, self.flow)
        answer.pages = walk.pages
        return answer

    def refused(self, response, *errors):
        """The error that came back to us; one of *errors*."""
        answer = read_answer(response, self.asked["redirect_uri"])
        assert answer.params.get("state") == self.asked.get("state")
        assert answer.params.get("iss") == self.op.issuer
        checker.check_error(answer.params, errors)
        return answer

    def redeem(self, answer, **more):
        """The token response for a code, checked (RFC 6749 §5.1)."""
        response = self.token_request(code=answer.params["code"], **more)
        return checker.check_tokens(response)

    def token_request(self, status=200, headers=None, **more):
        """A token request, for a code unless ``more`` says otherwise; the raw response."""
        fields = {
            "grant_type": "authorization_code",
            "redirect_uri": self.asked["redirect_uri"],
            **more,
        }
        headers = self.client.basic if headers is None else headers
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.browser.post("/token", fields, headers=headers, status=status)

    def id_token(self, token, *, front=None):
        """The claims, checked; ``front`` are the parameters that came beside it."""
        return checker.check_id_token(
            token,
            self.keys,
            issuer=self.op.issuer,
            client_id=self.client.client_id,
            nonce=self.asked.get("nonce"),
            beside=front or {},
        )

    def finish(self, answer, **more):
        """Everything that this flow can give: checked ID Tokens and an access token."""
        result = Result(answer)
        if "id_token" in answer.params:
            result.front = self.id_token(answer.params["id_token"], front=answer.params)
        if "code" in answer.params:
            result.tokens = self.redeem(answer, **more)
            result.back = self.id_token(result.tokens["id_token"])
        if result.front and result.back:
            same = ("iss", "sub", "auth_time")
            assert [result.front[n] for n in same] == [result.back[n] for n in same]
        return result

    def complete(self, **more):
        """``authorize`` and ``finish``."""
        return self.finish(self.authorize(**more))

    def userinfo(self, result, method="header"):
        """The checked UserInfo response (Core §5.3)."""
        token = result.access_token
        if method == "body":
            response = self.browser.post("/userinfo", {"access_token": token})
        else:
            call = self.browser.post if method == "post" else self.browser.get
            response = call("/userinfo", headers=testing.bearer(token))
        return checker.check_userinfo(response, result.subject)

    def claims(self, result):
        """The person's claims, where this flow gives them."""
        return self.userinfo(result) if result.access_token else result.front


@dataclass
class Result:
    """What one flow gave: the front-channel and the token endpoint's ID Token, the tokens."""

    answer: Answer
    front: dict | None = None
    back: dict | None = None
    tokens: dict | None = None

    @property
    def id_token(self):
        """The claims of an ID Token."""
        return self.back or self.front

    @property
    def raw_id_token(self):
        """It as it was sent."""
        return self.answer.params.get("id_token") or (self.tokens or {}).get("id_token")

    @property
    def subject(self):
        """``sub``; None where there is no ID Token."""
        return None if self.id_token is None else self.id_token["sub"]

    @property
    def access_token(self):
        """From the token endpoint if there is one, else from the front channel."""
        return (self.tokens or self.answer.params).get("access_token")
