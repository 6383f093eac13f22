"""The playground against a provider that says what a test wants it to say."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from webtest import TestApp

from oidc_pyramid import testing
from oidc_pyramid.playground.id_token import half_hash
from oidc_pyramid.playground.pages import IPlayground


class FakeProvider:
    """A provider on loopback. ``answers`` maps a path to (status, headers, JSON value or text)."""

    def __init__(self):
        self.key = JWK.generate(kty="EC", crv="P-256", kid="k1", alg="ES256", use="sig")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.reset()

    def reset(self):
        """Good answers again, and nothing seen."""
        self.seen = []
        self.pause = 0
        self.silent = False
        self.signed_in_at = int(time.time())
        self.metadata = self.announced()
        self.claims = {}
        self.tokens = {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "expires_in": 300,
            "refresh_token": "a-refresh-token",
        }
        self.answers = {
            "/jwks": (200, {}, {"keys": [json.loads(self.key.export_public())]}),
            "/userinfo": (200, {}, {"sub": "alice", "email": "alice@example.org"}),
            "/introspect": (200, {}, {"active": True, "scope": "openid"}),
            "/revoke": (200, {}, ""),
        }

    def announced(self):
        endpoints = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "jwks",
            "introspection_endpoint": "introspect",
            "revocation_endpoint": "revoke",
            "end_session_endpoint": "end_session",
        }
        return {
            "issuer": self.issuer,
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "authorization_response_iss_parameter_supported": True,
            **{name: f"{self.issuer}/{path}" for name, path in endpoints.items()},
        }

    def handler(self):
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer("")

            def do_POST(self):
                length = int(self.headers["Content-Length"] or 0)
                self.answer(self.rfile.read(length).decode())

            def answer(self, body):
                path = urlsplit(self.path).path
                fake.seen.append((path, dict(self.headers), dict(parse_qsl(body))))
                time.sleep(fake.pause)
                if fake.silent:
                    return
                status, headers, value = fake.answer(path)
                text = value if isinstance(value, str) else json.dumps(value)
                defaults = {"Content-Type": "application/json", "Cache-Control": "no-store"}
                self.send_response(status)
                for name, found in {**defaults, **headers}.items():
                    self.send_header(name, found)
                self.end_headers()
                with suppress(BrokenPipeError):
                    self.wfile.write(text.encode())

            def log_message(self, *args):
                pass

        return Handler

    def answer(self, path):
        if path == "/.well-known/openid-configuration":
            return self.answers.get(path, (200, {}, self.metadata))
        if path == "/token" and path not in self.answers:
            return 200, {}, {**self.tokens, "id_token": self.id_token()}
        return self.answers.get(path, (404, {}, {"error": "not_found"}))

    def id_token(self):
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "alice",
            "aud": "playground",
            "iat": now,
            "exp": now + 300,
            "auth_time": self.signed_in_at,
            "at_hash": half_hash("ES256", self.tokens["access_token"]),
            **self.claims,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def sign(self, claims, **header):
        token = JWS(json.dumps(claims))
        header = {"alg": "ES256", "kid": "k1", **header}
        token.add_signature(self.key, alg=None, protected=json.dumps(header))
        return token.serialize(compact=True)


class Visitor:
    """Somebody with a browser at the playground."""

    def __init__(self, app, fake):
        self.issuer, self.fake = fake.issuer, fake
        self.app = TestApp(app, extra_environ={"HTTP_HOST": urlsplit(fake.issuer).netloc})
        self.page = None

    def begin(self, *, scope=("openid", "profile"), stop=True, **fields):
        form = self.app.get("/playground/").forms["playground-form"]
        for box in form.fields["scope"]:
            box.checked = box._value in scope
        form["stop"] = stop
        for name, value in fields.items():
            form[name] = value
        response = form.submit()
        self.page = response.follow() if "/runs/" in response.location else response
        return self.page

    @property
    def request(self):
        """The parameters of the authorization request of this run."""
        link = self.page.location or self.page.html.find(id="to-provider")["href"]
        return dict(parse_qsl(urlsplit(link).query))

    def answer(self, **changed):
        """Come back from the provider with a code; the page after that."""
        request = self.request
        if "nonce" in request:
            self.fake.claims.setdefault("nonce", request["nonce"])
        params = {"code": "a-code", "state": request["state"], "iss": self.issuer, **changed}
        params = {name: value for name, value in params.items() if value is not None}
        self.page = self.app.get("/playground/callback", params).follow()
        return self.page

    def click(self, button):
        """Press a button of the run's page."""
        found = self.page.html.find(id=button)
        form = found.find_parent("form")
        fields = {"csrf_token": form.find("input")["value"]}
        if found.get("name"):
            fields[found["name"]] = found["value"]
        self.page = self.app.post(form["action"], fields).follow()
        return self.page

    def walk(self, *buttons, **options):
        """A run up to some button."""
        self.begin(**options)
        self.answer()
        for button in buttons:
            self.click(button)
        return self.page

    def entry(self, name):
        """The last thing of that name that the page shows."""
        return self.page.html.find_all("details", attrs={"data-name": name})[-1]

    def wrong(self, name):
        """Which checks of an entry have failed."""
        found = self.entry(name).select("li.wrong .check-name")
        return [one.get_text(strip=True) for one in found]

    @property
    def next(self):
        return self.page.html.find(id="playground-run")["data-next"]


@pytest.fixture(scope="session")
def fake_server():
    provider = FakeProvider()
    thread = threading.Thread(
        target=provider.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def app(fake_server):
    from oidc_pyramid.protocol.jose import new_key

    settings = {
        "oidc.issuer": fake_server.issuer,
        "oidc.development": "true",
        "oidc.include": "oidc_pyramid.playground",
        "oidc.signing_alg": "ES256",
    }
    return testing.make_provider(keys=[new_key("ES256")], **settings).app


@pytest.fixture
def fake(fake_server):
    fake_server.reset()
    return fake_server


@pytest.fixture
def visitor(app, fake):
    return Visitor(app, fake)


@pytest.fixture
def another(app, fake):
    return Visitor(app, fake)


@pytest.fixture
def playground(app):
    return app.registry.getUtility(IPlayground)
