"""The playground against the real provider, in one server, over real HTTP."""

import socket
import threading
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from waitress.server import create_server

from oidc_pyramid import seed, testing
from oidc_pyramid.playground.clients import CONFIDENTIAL, PUBLIC, documents
from oidc_pyramid.testing import OWN_FORM

EVERYTHING = ("openid", "profile", "email", "phone", "address", "offline_access")


class Person:
    """Alice, at the playground and at the provider, in one browser."""

    def __init__(self, op):
        self.op, self.app = op, op.browser()
        self.page = None

    def begin(self, *, scope=EVERYTHING, stop=False, **fields):
        form = self.app.get("/playground/").forms["playground-form"]
        for box in form.fields["scope"]:
            box.checked = box._value in scope
        form["stop"] = stop
        for name, value in fields.items():
            form[name] = value
        self.page = form.submit()
        return self

    def at_the_provider(self, decision="allow"):
        """Through the provider's pages, back to the playground."""
        for _ in range(12):
            forms = self.page.forms if self.page.status_int == 200 else {}
            if "login-form" in forms:
                form = forms["login-form"]
                form["username"], form["password"] = "alice", "wonderland"
                self.page = form.submit("login", headers=OWN_FORM)
            elif "consent-form" in forms:
                form = forms["consent-form"]
                self.page = form.submit("decision", value=decision, headers=OWN_FORM)
            elif "form-post" in forms:
                self.page = forms["form-post"].submit()
            elif "fragment-form" in forms:
                self.page = self.send_fragment(forms["fragment-form"])
            elif self.page.status_int == 303:
                self.fragment = urlsplit(self.page.location).fragment
                self.page = self.page.follow()
            else:
                return self
        raise AssertionError("the pages go round in circles")

    def send_fragment(self, form):
        """What the page's script does."""
        token = [("csrf_token", form["csrf_token"].value)]
        return self.app.post(form.action, token + parse_qsl(self.fragment))

    def click(self, button):
        found = self.page.html.find(id=button)
        form = found.find_parent("form")
        fields = {"csrf_token": form.find("input")["value"]}
        if found.get("name"):
            fields[found["name"]] = found["value"]
        self.page = self.app.post(form["action"], fields)
        return self.at_the_provider()

    def go(self, link):
        self.page = self.app.get(self.page.html.find(id=link)["href"])
        return self.at_the_provider()

    @property
    def wrong(self):
        return [one.get_text(" ", strip=True) for one in self.page.html.select("li.wrong")]

    @property
    def errors(self):
        return [one["data-error"] for one in self.page.html.select("[data-error]")]

    @property
    def next(self):
        return self.page.html.find(id="playground-run")["data-next"]


@pytest.fixture(scope="module")
def served(jwks):
    """The application of `development.ini`, on a port of its own."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = {
        "oidc.issuer": issuer,
        "oidc.development": "true",
        "oidc.explain_errors": "true",
        "oidc.include": "oidc_pyramid.playground",
    }
    op = testing.make_provider(keys=jwks, **settings)
    with op.provider() as provider:
        seed.seed(op.runtime.settings)(provider, 1)
    server = create_server(op.app, sockets=[listener], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield op
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(5)
    listener.close()


@pytest.fixture
def alice(served):
    return Person(served)


def test_seeding_makes_its_clients_as_they_are_documented(served):
    with served.provider() as provider:
        for document in documents(served.issuer):
            client = provider.clients[document["client_id"]]
            assert list(client.redirect_uris) == document["redirect_uris"]
            assert client.token_endpoint_auth_method == document["token_endpoint_auth_method"]
        assert provider.clients[CONFIDENTIAL].verified
        assert not provider.clients[PUBLIC].verified


def test_seeding_again_adds_nothing(served):
    with served.provider() as provider:
        assert seed.seed(served.runtime.settings)(provider, 2) == []


@pytest.mark.parametrize("client_id", [CONFIDENTIAL, PUBLIC])
@pytest.mark.parametrize("response_mode", ["", "query", "fragment", "form_post"])
def test_each_check_of_a_relying_party_passes(alice, client_id, response_mode):
    alice.begin(client_id=client_id, response_mode=response_mode, max_age="60").at_the_provider()
    assert (alice.wrong, alice.errors, alice.next) == ([], [], "afterwards")
    for value in ("alice@example.com", "Alice Liddell", "+44 1865 276150", "Oxford"):
        assert value in alice.page.text
    assert len(alice.page.html.select("li.passed")) > 15


def test_step_by_step(alice):
    alice.begin(stop=True).at_the_provider()
    assert alice.next == "provider"
    alice.go("to-provider")
    assert alice.next == "tokens"
    alice.click("do-tokens")
    assert alice.next == "userinfo"
    alice.click("do-userinfo")
    assert (alice.wrong, alice.errors, alice.next) == ([], [], "afterwards")


@pytest.mark.spec("RFC 6749", "4.1.2.1")
def test_a_person_who_says_no(alice):
    alice.begin(prompt="consent").at_the_provider(decision="deny")
    assert alice.errors == ["access_denied"]
    assert (alice.wrong, alice.next) == ([], "stopped")


@pytest.mark.spec("Core", "3.1.2.6")
def test_no_page_and_nobody_signed_in(alice):
    alice.begin(prompt="none").at_the_provider()
    assert alice.errors == ["login_required"]
    assert alice.wrong == []


@pytest.mark.parametrize("field,value", [("max_age", "soon"), ("max_age", "-1")])
def test_a_parameter_that_is_wrong_on_purpose(alice, field, value):
    alice.begin(**{field: value}).at_the_provider()
    assert alice.errors == ["invalid_request"]
    assert (alice.wrong, alice.next) == ([], "stopped")


@pytest.mark.spec("Core", "12.2")
def test_refresh_and_introspection(alice):
    alice.begin().at_the_provider()
    for button in ("do-refresh", "do-introspect", "do-introspect-refresh", "do-userinfo"):
        alice.click(button)
    assert (alice.wrong, alice.errors) == ([], [])
    badges = [one.get_text() for one in alice.page.html.select("table.changes .badge")]
    assert (badges[:2], badges[-1]) == (["new", "new"], "the same")


@pytest.mark.spec("RFC 7009", "2.2")
def test_a_revoked_token_is_dead(alice):
    alice.begin().at_the_provider().click("do-revoke")
    assert (alice.wrong, alice.errors) == ([], [])
    alice.click("do-userinfo")
    assert alice.errors == ["invalid_token"]


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_a_code_used_twice_ends_what_it_has_bought(alice):
    alice.begin().at_the_provider().click("do-replay")
    assert (alice.wrong, alice.errors) == ([], [])
    alice.click("do-userinfo")
    assert alice.errors == ["invalid_token"]


@pytest.mark.spec("RP-Initiated Logout", "3")
def test_sign_out_and_back(alice):
    alice.begin(scope=("openid", "email")).at_the_provider().click("do-logout")
    assert alice.page.html.find(id="signed-out")
    alice.page = alice.app.get(alice.page.html.find(id="signed-out").a["href"])
    alice.click("do-userinfo")
    assert alice.errors == ["invalid_token"]
    alice.click("again-none")
    assert alice.errors == ["login_required"]


def test_who_is_signed_in_needs_no_page_again(alice):
    alice.begin().at_the_provider().click("again-none")
    assert (alice.wrong, alice.errors, alice.next) == ([], [], "afterwards")


def test_plain_oauth_without_openid(alice):
    alice.begin(scope=("email",)).at_the_provider()
    assert alice.wrong == []
    assert "plain OAuth 2.0" in alice.page


def test_a_storm_of_clicks_does_not_stop_the_server(served):
    """The server asks itself: it must not wait for itself with all of its threads."""
    outcomes, url = [], f"{served.issuer}/playground/"

    def visitor():
        with requests.Session() as session:
            page = session.get(url, timeout=10).text
            token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
            form = {"csrf_token": token, "scope": "openid", "stop": "1"}
            answer = session.post(f"{url}begin", form, timeout=10, allow_redirects=False)
            outcomes.append(answer.status_code)

    threads = [threading.Thread(target=visitor) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 12
    assert set(outcomes) <= {303, 503}
    assert 303 in outcomes
