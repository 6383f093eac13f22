"""A client for itself (RFC 6749 §4.4)."""

import pytest

from oidc_pyramid.testing import bearer, token_request

pytestmark = [pytest.mark.spec("RFC 6749", "4.4")]


@pytest.fixture
def op(own_op):
    return own_op(scopes="books shelves")


@pytest.fixture
def machine(op):
    scope = ("openid", "email", "books", "shelves")
    return op.add_client("machine", grant_types=("client_credentials",), scope=scope)


def ask(browser, rp, status=200, **more):
    return token_request(browser, rp, status=status, grant_type="client_credentials", **more)


@pytest.mark.spec("RFC 6749", "4.4.3")
def test_an_access_token_and_nothing_else(machine, browser):
    answer = ask(browser, machine)
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    assert answer["scope"] == "books shelves"


@pytest.mark.spec("RFC 6749", "3.3")
def test_less_if_less_is_asked_for(machine, browser):
    assert ask(browser, machine, scope="shelves")["scope"] == "shelves"


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize("scope", ["moon", "books moon", "openid", "email", "books  shelves"])
def test_what_the_client_does_not_have(machine, browser, scope):
    assert ask(browser, machine, 400, scope=scope)["error"] == "invalid_scope"


@pytest.mark.spec("RFC 6749", "4.4.2")
def test_only_for_confidential_clients(op, browser):
    rp = op.add_client("app", secret=None, grant_types=("client_credentials",), scope=("books",))
    assert ask(browser, rp, 400)["error"] == "unauthorized_client"


@pytest.mark.spec("RFC 6749", "4.4.2")
def test_the_client_has_to_authenticate(machine, browser):
    machine.secret = "wrong"
    assert ask(browser, machine, 401)["error"] == "invalid_client"


@pytest.mark.spec("Core", "5.3.1")
def test_it_speaks_for_no_person(machine, browser):
    token = ask(browser, machine)["access_token"]
    response = browser.get("/userinfo", headers=bearer(token), status=403)
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]


def test_it_ends_with_the_client(op, machine, browser):
    token = ask(browser, machine)["access_token"]
    reader = op.add_client("reader", scope=("token_introspection",))

    def active():
        return browser.post("/introspect", {"token": token}, headers=reader.basic).json["active"]

    assert active()
    with op.provider() as provider:
        provider.clients["machine"].disable(now=1)
    assert not active()
    with op.provider() as provider:
        provider.clients["machine"].enable()
    assert not active()
